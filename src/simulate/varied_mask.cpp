#include "simulate/varied_mask.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "dircn/data/random_draws.h"

namespace dircn::simulation {
namespace {

constexpr int64_t kLeastCentre = 4;

int64_t centre_columns(const MeasuredPart& part, double fraction) {
  const auto wanted =
      static_cast<int64_t>(std::lround(static_cast<double>(part.columns) * fraction));
  const int64_t middle = part.columns / 2;
  // As wide on both sides as was measured.
  const int64_t most = 2 * std::min(middle - part.first_column, part.end_column - middle);
  return std::clamp(wanted, kLeastCentre, std::max(most, kLeastCentre));
}

void fill_centre(torch::Tensor& columns, int64_t count) {
  columns.narrow(0, columns.size(0) / 2 - count / 2, count).fill_(true);
}

torch::Tensor equispaced(const MeasuredPart& part, double spacing, RandomStream& random) {
  torch::Tensor columns = torch::zeros({part.columns}, torch::kBool);
  const double first = static_cast<double>(part.first_column) + random.uniform(0, spacing);
  const auto at = [&](int64_t i) {
    return static_cast<int64_t>(first + static_cast<double>(i) * spacing);
  };
  for (int64_t i = 0; at(i) < part.end_column; ++i) {
    columns[at(i)] = true;
  }
  return columns;
}

/// So that with the centre every `acceleration`-th column is sampled, where that leaves any.
torch::Tensor random_columns(const MeasuredPart& part, double acceleration, int64_t centre,
                             RandomStream& random) {
  torch::Tensor columns = torch::zeros({part.columns}, torch::kBool);
  const auto all = static_cast<double>(part.end_column - part.first_column);
  const double wanted = all / acceleration - static_cast<double>(centre);
  const double probability = std::max(wanted, 1.0) / (all - static_cast<double>(centre));
  for (int64_t column = part.first_column; column < part.end_column; ++column) {
    columns[column] = random.uniform(0, 1) < probability;
  }
  return columns;
}

/// Takes each point in this order that is farther from those taken than the distance that its place
/// asks for: `distance` in the centre of k-space, thrice that in its corners.
torch::Tensor poisson_disc(const MeasuredPart& part, double distance,
                           const std::vector<int64_t>& order) {
  torch::Tensor mask = torch::zeros({part.rows, part.columns}, torch::kBool);
  bool* taken = mask.data_ptr<bool>();
  const auto half_rows = static_cast<double>(part.rows) / 2;
  const auto half_columns = static_cast<double>(part.columns) / 2;
  for (const int64_t point : order) {
    const int64_t row = point / part.columns;
    const int64_t column = point % part.columns;
    if (row < part.first_row || row >= part.end_row || column < part.first_column ||
        column >= part.end_column) {
      continue;
    }
    const double v = (static_cast<double>(row) - half_rows) / half_rows;
    const double u = (static_cast<double>(column) - half_columns) / half_columns;
    const double radius = distance * (1 + std::sqrt(2 * (u * u + v * v)));
    const auto reach = static_cast<int64_t>(radius);
    bool free = true;
    for (int64_t r = std::max<int64_t>(0, row - reach);
         free && r <= std::min(part.rows - 1, row + reach); ++r) {
      for (int64_t c = std::max<int64_t>(0, column - reach);
           free && c <= std::min(part.columns - 1, column + reach); ++c) {
        const auto dr = static_cast<double>(r - row);
        const auto dc = static_cast<double>(c - column);
        free = !taken[r * part.columns + c] || dr * dr + dc * dc >= radius * radius;
      }
    }
    taken[point] = free;
  }
  return mask;
}

torch::Tensor poisson(const MeasuredPart& part, double acceleration, int64_t centre,
                      RandomStream& random) {
  constexpr int64_t kOrders = int64_t{1} << 32;
  const std::vector<int64_t> order =
      shuffled_order(part.rows * part.columns, random.below(kOrders), 0);
  const auto measured =
      static_cast<double>((part.end_row - part.first_row) * (part.end_column - part.first_column));
  double low = 0.3;
  double high = 2 * std::sqrt(acceleration);
  torch::Tensor mask;
  constexpr int kSteps = 5;
  for (int step = 0; step < kSteps; ++step) {  // to within a few per cent
    const double distance = (low + high) / 2;
    mask = poisson_disc(part, distance, order);
    const double sampled = mask.to(torch::kDouble).sum().item<double>();
    (sampled * acceleration > measured ? low : high) = distance;
  }
  const int64_t middle = part.rows / 2;
  const int64_t rows =
      std::min(centre, 2 * std::min(middle - part.first_row, part.end_row - middle));
  mask.narrow(0, middle - rows / 2, rows)
      .narrow(1, part.columns / 2 - centre / 2, centre)
      .fill_(true);
  return mask;
}

}  // namespace

VariedMask varied_mask(const MeasuredPart& part, const std::vector<double>& range,
                       RandomStream& random) {
  VariedMask result;
  result.acceleration =
      std::exp(random.uniform(std::log(range.front()), std::log(range.back()) + 1e-12));
  const int64_t centre = centre_columns(part, random.uniform(0.02, 0.12));
  const double kind = random.uniform(0, 1);
  if (kind < 0.06) {
    result.kind = "poisson";
    result.mask = poisson(part, result.acceleration, centre, random);
    return result;
  }
  result.kind = kind < 0.6 ? "equispaced" : "random";
  result.mask = kind < 0.6 ? equispaced(part, result.acceleration, random)
                           : random_columns(part, result.acceleration, centre, random);
  fill_centre(result.mask, centre);
  return result;
}

}  // namespace dircn::simulation
