/* envelope.c - sender and recipients, each with room for its result */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/envelope.h"

#include "base/str.h"
#include "mail/address.h"
#include "mail/idn.h"

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
	for (size_t i = 0; i < envelope->count; i++)
		recipient_done(&envelope->recipients[i]);
	free(envelope->recipients);
	free(envelope->sender);
	free(envelope->ret);
	free(envelope->envid);
	free(envelope->reply);
	envelope_init(envelope);
}

struct recipient *envelope_add(struct envelope *envelope, char *address)
{
	mem_grow(envelope->recipients, envelope->count);
	struct recipient *added = &envelope->recipients[envelope->count++];
	*added = (struct recipient){ .address = address, .status = STATUS_PENDING };
	return added;
}

/*
 * A recipient and its address for comparison; `ascii` owns one with its domain in A-labels, or is
 * NULL.
 */
struct named {
	struct recipient *recipient;
	const char *path;
	char *ascii;
};

/* An invalid domain stays unchanged; the relay refuses it later. */
static struct named name_recipient(struct recipient *recipient)
{
	const char *path = recipient->address;
	const char *at = strrchr(path, '@');
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	bool is_ascii = !at || str_is_ascii(at, strlen(at));
	char *ascii = is_ascii ? NULL : idn_path(path, &unfit);

	return (struct named){ recipient, ascii ? ascii : path, ascii };
}

/* Orders by address; equal addresses keep the order of the envelope. */
static int compare_named(const void *a, const void *b)
{
	const struct named *one = a;
	const struct named *other = b;
	int order = address_compare(one->path, other->path);

	return order ? order
		     : (one->recipient > other->recipient) - (one->recipient < other->recipient);
}

static void drop_followers(const struct named *sorted, size_t count)
{
	const char *first = sorted[0].path;

	for (size_t i = 1; i < count; i++) {
		if (address_compare(sorted[i].path, first) == 0)
			recipient_done(sorted[i].recipient);
		else
			first = sorted[i].path;
	}
}

/* Sorts first, as there may be a million recipients. */
void envelope_drop_repeated(struct envelope *envelope)
{
	CLEANUP(mem_free_at)
	struct named *sorted = mem_zeroed(envelope->count + 1, sizeof *sorted);
	size_t kept = 0;

	for (size_t i = 0; i < envelope->count; i++)
		sorted[i] = name_recipient(&envelope->recipients[i]);
	qsort(sorted, envelope->count, sizeof *sorted, compare_named);
	if (envelope->count > 0)
		drop_followers(sorted, envelope->count);
	for (size_t i = 0; i < envelope->count; i++)
		free(sorted[i].ascii);
	for (size_t i = 0; i < envelope->count; i++)
		if (envelope->recipients[i].address)
			envelope->recipients[kept++] = envelope->recipients[i];
	envelope->count = kept;
}

const struct recipient *envelope_first_failure(const struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->count; i++)
		if (recipient_is_open(&envelope->recipients[i]) &&
		    envelope->recipients[i].err.kind != ERR_NONE)
			return &envelope->recipients[i];
	return NULL;
}

size_t envelope_count_status(const struct envelope *envelope, enum recipient_status status)
{
	size_t count = 0;

	for (size_t i = 0; i < envelope->count; i++)
		count += envelope->recipients[i].status == status;
	return count;
}

size_t envelope_count_open(const struct envelope *envelope)
{
	size_t open = 0;

	for (size_t i = 0; i < envelope->count; i++)
		open += recipient_is_open(&envelope->recipients[i]);
	return open;
}

size_t envelope_count_accepted(const struct envelope *envelope)
{
	size_t accepted = 0;

	for (size_t i = 0; i < envelope->count; i++)
		accepted += envelope->recipients[i].is_accepted;
	return accepted;
}

void envelope_clear_results(struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->count; i++) {
		struct recipient *recipient = &envelope->recipients[i];
		recipient->is_accepted = false;
		recipient->is_delivered = false;
		err_done(&recipient->err);
	}
	mem_free_at(&envelope->reply);
	envelope->reply_code = 0;
}

bool envelope_path_needs_utf8(const char *path)
{
	const char *at = strrchr(path, '@');

	return !str_is_ascii(path, at ? (size_t)(at - path) : strlen(path));
}

bool envelope_needs_utf8(const struct envelope *envelope)
{
	if (envelope_path_needs_utf8(envelope->sender))
		return true;
	for (size_t i = 0; i < envelope->count; i++)
		if (envelope_path_needs_utf8(envelope->recipients[i].address))
			return true;
	return false;
}

bool envelope_is_xtext(const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text; text++) {
		if (*text <= ' ' || *text > '~' || *text == '=')
			return false;
		if (*text == '+' &&
		    (!text[1] || !strchr(digits, text[1]) || !text[2] || !strchr(digits, text[2])))
			return false;
	}
	return true;
}
