/* address_faults.c - parts of an address field that have no plain meaning */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address_faults.h"

#include <stdlib.h>

void address_faults_done(struct address_faults *faults)
{
	for (size_t i = 0; i < faults->count; i++) {
		free(faults->items[i].given);
		free(faults->items[i].text);
	}
	free(faults->items);
	*faults = (struct address_faults){ 0 };
}

void address_faults_add(struct address_faults *faults, struct address_place place, char *given,
			char *text)
{
	mem_grow(faults->items, faults->count);
	faults->items[faults->count++] = (struct address_fault){ place, given, text };
}
