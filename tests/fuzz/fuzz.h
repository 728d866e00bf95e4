/* fuzz.h - shared by all fuzz targets */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Called for each input; its requirements must hold for every input. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static inline void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

/* The same, and shows the text in question. */
static inline void require_of(bool condition, const char *what, const char *text)
{
	if (condition)
		return;
	fprintf(stderr, "not so: %s: %s\n", what, text);
	abort();
}
