"""Prints, as JSON, what nibabel finds in a NIfTI file. Usage: nifti_read.py FILE"""

import json
import sys

import nibabel
import numpy

image = nibabel.load(sys.argv[1])
header = image.header
sform, sform_code = image.get_sform(coded=True)
qform, qform_code = image.get_qform(coded=True)
print(
    json.dumps(
        {
            "shape": list(image.shape),
            "type": str(header.get_data_dtype()),
            "values": numpy.asarray(image.dataobj).ravel(order="F").tolist(),  # i fastest
            "zooms": [float(zoom) for zoom in header.get_zooms()],
            "units": list(header.get_xyzt_units()),
            "description": header["descrip"].item().decode(),
            "sform": None if sform is None else sform.tolist(),
            "qform": None if qform is None else qform.tolist(),
            "codes": [int(sform_code), int(qform_code)],
            "axes": "".join(nibabel.aff2axcodes(image.affine)),
        }
    )
)
