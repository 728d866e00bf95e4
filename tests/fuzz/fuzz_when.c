/* fuzz_when.c - any text as a time or a duration: the result is in range */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "base/mem.h"
#include "base/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const int64_t now = 1795609820;
	static const int64_t day = 24 * 60 * 60;
	static const int64_t year_10000 = 253402300800;
	CLEANUP(mem_free_at) char *text = mem_copy_n((const char *)bytes, len);
	int64_t when = 0;

	require_of(when_read_duration(text) >= 0, "a duration is not negative", text);
	if (!when_parse(text, now, &when))
		return 0;
	require_of(when < year_10000 + day, "a time is before the year 10000", text);
	require_of(when > -(int64_t)62167219200 - day, "a time is not before the year 0", text);
	if (text[0] != '+' && text[2] == ':')
		require_of(when > now && when <= now + day + 3600, "a time of day is the next one",
			   text);
	return 0;
}
