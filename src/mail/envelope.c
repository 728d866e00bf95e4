/* envelope.c - sender and recipients, each with room for its result */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/envelope.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

void envelope_init(struct envelope *envelope)
{
	*envelope = (struct envelope){ 0 };
}

void envelope_done(struct envelope *envelope)
{
	if (!envelope)
		return;
	for (size_t i = 0; i < envelope->count; i++) {
		free(envelope->recipients[i].address);
		err_done(&envelope->recipients[i].err);
	}
	free(envelope->recipients);
	free(envelope->sender);
	free(envelope->notify);
	free(envelope->reply);
	envelope_init(envelope);
}

void envelope_add(struct envelope *envelope, char *address)
{
	mem_grow(envelope->recipients, envelope->count);
	envelope->recipients[envelope->count++] = (struct recipient){ .address = address };
}

const struct recipient *envelope_first_failure(const struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->count; i++)
		if (envelope->recipients[i].err.kind != ERR_NONE)
			return &envelope->recipients[i];
	return NULL;
}

size_t envelope_count_accepted(const struct envelope *envelope)
{
	size_t accepted = 0;

	for (size_t i = 0; i < envelope->count; i++)
		accepted += envelope->recipients[i].is_accepted;
	return accepted;
}

bool envelope_has_utf8(const struct envelope *envelope)
{
	if (!str_is_ascii(envelope->sender, strlen(envelope->sender)))
		return true;
	for (size_t i = 0; i < envelope->count; i++) {
		const char *address = envelope->recipients[i].address;
		if (!str_is_ascii(address, strlen(address)))
			return true;
	}
	return false;
}
