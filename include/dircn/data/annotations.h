#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dircn/mri/box.h"

namespace dircn {

/// What is annotated in the slices of a volume, as the challenge's attribute `annotations` has it:
/// {"3": [{"x": 1, "y": 2, "width": 3, "height": 4, "label": "lesion"}]}.
std::string annotations_json(const std::vector<std::vector<Box>>& boxes);

/// The boxes in such a text, by slice. `subject` names the file. Throws `Error` if the text is not
/// of that form.
std::map<int64_t, std::vector<Box>> read_boxes(const std::string& annotations,
                                               const std::string& subject);

}  // namespace dircn
