// A project of somebody else, which uses dircn as it was installed: configuration, network and HDF5
// output.

#include <dircn/config/config.h>
#include <dircn/formats/hdf5_writer.h>
#include <dircn/model/network.h>
#include <dircn/mri/acs.h>

#include <filesystem>
#include <iostream>

int main() {
  const auto config = dircn::parse_config(
      "model: {cascades: 1, channels: 2, sensitivity_channels: 2, groups: 2, sensitivity_groups: "
      "1}",
      "consumer");
  const auto network = dircn::make_network(config.model);
  const torch::NoGradGuard no_gradients;
  const auto image = network->forward(torch::randn({1, 2, 20, 24}, torch::kComplexFloat),
                                      dircn::canonical_mask(torch::ones({24})));

  dircn::Hdf5Writer writer("consumer.h5");
  writer.create_real("reconstruction", {1, 20, 24});
  writer.write_slice("reconstruction", 0, image[0]);
  writer.finish();

  std::cout << "image of " << image.sizes() << ", " << std::filesystem::file_size("consumer.h5")
            << " bytes\n";
  return torch::isfinite(image).all().item<bool>() ? 0 : 1;
}
