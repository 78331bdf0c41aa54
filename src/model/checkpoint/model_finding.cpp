#include "dircn/model/model_finding.h"

#include "dircn/core/text.h"
#include "dircn/model/checkpoint.h"
#include "model/checkpoint/model_dict.h"

namespace dircn {

ModelFinding found(const std::string& key, const PickleValue& value) {
  const std::string text = to_text(value);
  return {key, value, "", [key, text](const ModelConfig& config) {
            const PickleDict dict = to_dict(config);
            const PickleValue* own = dict.find(key);  // null: a key of another network
            return own != nullptr && to_text(*own) == text;
          }};
}

ModelFinding found_either(const std::string& key, const std::string& usual,
                          const std::string& other) {
  ModelFinding finding = found(key, usual);
  finding.words = usual + " or " + other;
  finding.fits = [first = finding.fits, second = found(key, other).fits](const ModelConfig& model) {
    return first(model) || second(model);
  };
  return finding;
}

std::string to_text(const ModelFinding& finding) {
  return finding.words.empty() ? to_text(finding.value) : finding.words;
}

}  // namespace dircn
