"""The health of a tenant 运行状况: what is not as it should be, how bad it is, and where it is mended."""
