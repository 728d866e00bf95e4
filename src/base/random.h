/* random.h - random numbers for ids and for a choice by lot, not for secrets */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stddef.h>

/*
 * Fills with random bytes of the kernel. If a sandbox denies these, uses the time, the process id
 * and a counter: good enough for ids and for a choice by lot, too weak for a secret.
 */
void random_fill(void *bytes, size_t len);
