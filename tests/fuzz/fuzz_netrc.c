/* fuzz_netrc.c - any bytes as a netrc file: a password that is found stands there, and stays */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "base/str.h"
#include "conf/netrc.h"

#include <stdint.h>
#include <string.h>

/* Each byte of the password is in the file, in this order, with only quotes between them. */
static bool stands_there(const uint8_t *bytes, size_t len, const struct secret *password)
{
	for (size_t start = 0; start < len; start++) {
		size_t done = 0;
		for (size_t i = start; i < len && done < password->len; i++) {
			if (bytes[i] == (uint8_t)password->bytes[done])
				done++;
			else if (bytes[i] != '"' && bytes[i] != '\'')
				break;
		}
		if (done == password->len)
			return true;
	}
	return password->len == 0;
}

static void check_again(const uint8_t *bytes, size_t len, const struct secret *password)
{
	CLEANUP(secret_done) struct secret again = { 0 };
	CLEANUP(str_done) struct str more = STR_INIT;

	str_add(&more, "machine h login v password other\nmachine g login u password other\n");
	str_add_n(&more, bytes, len);
	require(netrc_find(more.bytes, more.len, "h", "u", &again), "other entries hide none");
	require(strcmp(again.bytes, password->bytes) == 0, "a password stays the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CLEANUP(secret_done) struct secret password = { 0 };

	if (!netrc_find((const char *)bytes, len, "h", "u", &password)) {
		require(!password.bytes, "nothing is left where nothing was found");
		return 0;
	}
	require(!memchr(password.bytes, '\n', password.len), "a password has no line end");
	require(stands_there(bytes, len, &password), "a password is in the file");
	check_again(bytes, len, &password);
	return 0;
}
