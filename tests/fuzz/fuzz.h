/* fuzz.h - what every fuzz target has */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Called with one input after another; what it requires holds for every input. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static inline void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

/* The same, and shows what it is about. */
static inline void require_of(bool condition, const char *what, const char *text)
{
	if (condition)
		return;
	fprintf(stderr, "not so: %s: %s\n", what, text);
	abort();
}
