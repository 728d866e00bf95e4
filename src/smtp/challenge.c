/* challenge.c - checks of a server's challenge before a library parses it; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/challenge.h"

#include "base/i18n.h"
#include "base/log.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

unsigned long challenge_iterations(const char *message, size_t len)
{
	const char *found = memmem(message, len, ",i=", 3);
	unsigned long count = 0;

	if (!found)
		return 0;
	const char *end = message + len;
	for (const char *c = found + 3; c < end && *c != ','; c++) {
		if (*c < '0' || *c > '9')
			return 0;
		if (__builtin_mul_overflow(count, 10UL, &count) ||
		    __builtin_add_overflow(count, (unsigned long)(*c - '0'), &count))
			return ULONG_MAX;
	}
	return count;
}

bool challenge_check_scram(const char *message, size_t len, struct err *err)
{
	unsigned long iterations = challenge_iterations(message, len);

	if (iterations > CHALLENGE_ITERATIONS_MAX)
		return err_set(err, ERR_PROTO,
			       _("the server asks for %lu iterations, the limit is %d"), iterations,
			       CHALLENGE_ITERATIONS_MAX);
	if (iterations > 0 && iterations < CHALLENGE_ITERATIONS_MIN)
		log_debug(_("the server's copy of the password is weakly protected: it asks for "
			    "%lu iterations, and should ask for %d"),
			  iterations, CHALLENGE_ITERATIONS_MIN);
	return true;
}

static uint32_t read_little_endian(const char *bytes, size_t len)
{
	uint32_t value = 0;

	while (len-- > 0)
		value = value << 8 | (unsigned char)bytes[len];
	return value;
}

/* [MS-NLMP] 2.2.1.2: signature, type 2, then the target's name as length, room and offset. */
bool challenge_check_ntlm(const char *message, size_t len, struct err *err)
{
	enum { LEAST = 32 };

	if (len >= LEAST && memcmp(message, "NTLMSSP\0\2\0\0\0", 12) == 0) {
		uint64_t name_len = read_little_endian(message + 12, 2);
		uint64_t name_offset = read_little_endian(message + 16, 4);
		if (name_len == 0 || name_offset + name_len <= len)
			return true;
	}
	return err_set(err, ERR_PROTO, _("the server's challenge is not an NTLM challenge"));
}
