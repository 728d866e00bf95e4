/* mem.h - memory that never fails, memory that is wiped, and release by leaving the scope */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Declares a local whose address is passed to `release` when its scope is left. */
#define CLEANUP(release)    __attribute__((cleanup(release)))
#define MUST_USE            __attribute__((warn_unused_result))
#define FORMAT(text, first) __attribute__((format(printf, text, first)))

/* The number of elements of an array. */
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/*
 * These functions never return NULL: without memory they print one line and end the process with
 * EX_TEMPFAIL (75). A size that would overflow counts as out of memory.
 */
void *mem_alloc(size_t size);
/* The same, with every byte zero. */
void *mem_zeroed(size_t count, size_t size);
/* Resizes as realloc(3) does. */
void *mem_resize(void *old, size_t count, size_t size);
/* A terminated copy of a text, or of `len` bytes. */
char *mem_copy(const char *text);
char *mem_copy_n(const char *bytes, size_t len);
/*
 * Ends the process for lack of memory. To be called, too, when a library returns its own error for
 * that.
 */
_Noreturn void mem_exhausted(void);

/*
 * Adds a function that is called once before the process ends for lack of memory. It must not need
 * memory itself. The function that was added last returns the exit status.
 */
void mem_on_exhaustion(int (*act)(void));

/* Makes room for one more element in an array of `used` elements whose room doubles as it grows. */
#define mem_grow(array, used) ((array) = mem_grow_array((array), (used), sizeof *(array)))
void *mem_grow_array(void *array, size_t used, size_t size);

/* Hands over ownership: returns *pointer and leaves NULL in it. */
#define mem_take(pointer)                                                                          \
	({                                                                                         \
		__auto_type taken_ = *(pointer);                                                   \
		*(pointer) = NULL;                                                                 \
		taken_;                                                                            \
	})

/* Frees the heap block that a pointer variable owns; for CLEANUP. */
void mem_free_at(void *pointer);

/*
 * A secret: in memory pages of its own, which are not swapped (if the system allows that), not in
 * core dumps, and wiped on release. `bytes` is NULL for no secret, else terminated.
 */
struct secret {
	char *bytes;
	size_t len;
};

/* Replaces the secret by a copy of the bytes; the caller wipes its own bytes. */
void secret_set(struct secret *secret, const char *bytes, size_t len);
void secret_done(struct secret *secret);

/* Overwrites bytes in a way that the compiler may not leave out. */
void mem_wipe(void *bytes, size_t len);
