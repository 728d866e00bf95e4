/* address_faults.h - parts of an address field that have no plain meaning */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address.h"

/*
 * A part of an address field that has no plain meaning: its place, its text made printable, and the
 * reason.
 */
struct address_fault {
	struct address_place place;
	char *given;
	char *text;
};

struct address_faults {
	struct address_fault *items;
	size_t count;
};

void address_faults_done(struct address_faults *faults);
/* Appends a fault; takes ownership of `given` and `text`. */
void address_faults_add(struct address_faults *faults, struct address_place place, char *given,
			char *text);
