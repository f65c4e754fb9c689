"""Whether there is no room, by what a disk or a bucket's service answers."""

import errno
import re

_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_STATUS = re.compile(r"status code: 507\b|\(os error (?:28|122)\)")
_CODE = re.compile(
    r"<Code>\w*(?:QuotaExceeded|StorageFull|InsufficientStorage|StorageLimitExceeded|CapExceeded|NoSpace)\w*</Code>",
    re.IGNORECASE,
)
"""As Amazon's and Google's services, Ceph, MinIO, SeaweedFS and others name it."""


def is_full(error: BaseException) -> bool:
    """Of what a file system or obstore raises. That has a service's answer in its text alone."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _ERRNOS
    said = str(error)
    return bool(_STATUS.search(said) or _CODE.search(said))
