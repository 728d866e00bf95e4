/* fuzz_filetype.c - any bytes as a globs2 file: a type that is found can stand in a header field */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "mail/filetype.h"

#include <stdint.h>
#include <string.h>

static void check_type(const char *type)
{
	const char *slash = strchr(type, '/');

	require_of(slash && slash > type && slash[1] && !strchr(slash + 1, '/'),
		   "a type is two words", type);
	for (const char *c = type; *c; c++)
		require_of(*c > ' ' && *c < 0x7F && !strchr("()<>@,;:\\\"[]?=", *c),
			   "a type is made of tokens", type);
}

/* The first line is the name, the rest the file. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CLEANUP(filetype_done) struct filetype filetype;
	const uint8_t *lf = len > 0 ? memchr(bytes, '\n', len) : NULL;
	size_t name_len = lf ? (size_t)(lf - bytes) : len;
	CLEANUP(mem_free_at) char *name = mem_copy_n((const char *)bytes, name_len);
	const char *globs = (const char *)bytes + name_len + (lf != NULL);
	size_t globs_len = len - name_len - (lf != NULL);

	filetype_init(&filetype, name);
	for (int i = 0; i < 2; i++) {
		filetype_look(&filetype, globs, globs_len);
		if (filetype_found(&filetype))
			check_type(filetype_found(&filetype));
	}
	return 0;
}
