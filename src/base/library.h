/* library.h - shared libraries that are loaded when they are first needed */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/* A function, and the offset of its address in the caller's table of functions. */
struct library_call {
	const char *name;
	size_t offset;
};

/*
 * Loads a library for the rest of the process and fills in the table. ERR_SYSTEM: the library is
 * missing or lacks a function; the text names its package.
 */
bool library_load(const char *soname, const struct library_call *calls, size_t count, void *table,
		  struct err *err) MUST_USE;
