"""The archive of recordings: a folder on this machine, or a bucket at a service that speaks S3."""
