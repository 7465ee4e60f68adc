"""The life record, which `tibidi_autoinstall` begins: kept right until its process ends; if that dies, a dump."""
