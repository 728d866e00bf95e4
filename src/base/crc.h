/* crc.h - the checksum of a queue file */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli, RFC 3720 appendix B.4), continued from `crc`; begin with 0. */
uint32_t crc_32c(uint32_t crc, const void *bytes, size_t len);
