/* random.h - numbers that are not the same twice; no secrets */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stddef.h>

/*
 * Fills with random bytes of the kernel. If a sandbox denies these, with bytes made of the time,
 * the process and a counter: good enough for ids and for a choice by lot, and too weak for a
 * secret.
 */
void random_fill(void *bytes, size_t len);
