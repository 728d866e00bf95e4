/* wire.c - a message in the form that a relay can take */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/wire.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 16384 };

/* Most messages fit unchanged, and their facts tell it without reading them again. */
static bool is_message_fit(const struct message *message)
{
	return content_facts_are_plain(&message->header_facts) &&
	       content_facts_are_plain(&message->body_facts);
}

static void begin_reading(struct wire *wire)
{
	wire->at = wire->next = wire->taken = 0;
	str_clear(&wire->out);
}

/* Makes the form once before it is sent, to learn its size. */
static bool measure(struct wire *wire, struct err *err)
{
	char piece[PIECE];
	struct content_facts facts = { 0 };
	struct content_facts_scan look;
	ssize_t got;

	wire->size = 0;
	content_facts_begin(&look, &facts);
	while ((got = wire_read(wire, piece, sizeof piece, err)) > 0) {
		content_facts_take(&look, piece, (size_t)got);
		wire->size += (uint64_t)got;
	}
	wire->is_8bit = facts.is_8bit;
	begin_reading(wire);
	return got == 0;
}

bool wire_open(struct wire *wire, const struct message *message, unsigned abilities,
	       struct err *err)
{
	*wire = (struct wire){
		.message = message,
		.size = message_size(message),
		.is_8bit = message->header_facts.is_8bit || message->body_facts.is_8bit,
		.out = STR_INIT,
	};
	if (is_message_fit(message))
		return true;
	if (!plan_open(&wire->plan, message, abilities, err))
		return false;
	wire->is_utf8 = wire->plan.is_utf8;
	return wire->plan.count == 0 || measure(wire, err);
}

bool wire_check(const struct message *message, struct err *err)
{
	CLEANUP(wire_close) struct wire wire = { 0 };

	if (!content_facts_are_unfit(&message->header_facts) &&
	    !content_facts_are_unfit(&message->body_facts))
		return true;
	return wire_open(&wire, message, RELAY_8BIT | RELAY_UTF8, err);
}

void wire_close(struct wire *wire)
{
	if (!wire)
		return;
	plan_close(&wire->plan);
	str_done(&wire->out);
	*wire = (struct wire){ 0 };
}

/* Reading */

/* Reads the next bytes of the message, but none after `end`; -1 on failure. */
static ssize_t read_message(struct wire *wire, uint64_t end, char *piece, struct err *err)
{
	uint64_t left = end - wire->at;
	size_t len = left < PIECE ? (size_t)left : PIECE;
	ssize_t got = message_read_at(wire->message, wire->at, piece, len, err);

	if (got > 0)
		wire->at += (uint64_t)got;
	return got;
}

static void finish_edit(struct wire *wire, struct plan_edit *edit)
{
	if (edit->is_encoded)
		encoder_end(&edit->encoder, &wire->out);
	/*
	 * An encoder without output yet is at the start of a line, after the empty line of a
	 * header.
	 */
	bool is_line_end = edit->is_encoded && edit->encoder.column == 0;
	if (edit->is_encoded && edit->ends_line && !is_line_end)
		str_add(&wire->out, "\r\n");
	wire->at = edit->to;
	wire->next++;
}

static bool fill_from_edit(struct wire *wire, struct plan_edit *edit, struct err *err)
{
	char piece[PIECE];

	if (wire->at == edit->from)
		str_add_n(&wire->out, edit->text.bytes, edit->text.len);
	if (wire->at == edit->from && edit->is_encoded)
		encoder_begin(&edit->encoder);
	if (!edit->is_encoded || wire->at == edit->to) {
		finish_edit(wire, edit);
		return true;
	}
	ssize_t got = read_message(wire, edit->to, piece, err);
	if (got <= 0)
		return got == 0;
	encoder_take(&edit->encoder, piece, (size_t)got, &wire->out);
	if (wire->at == edit->to)
		finish_edit(wire, edit);
	return true;
}

static bool fill(struct wire *wire, struct err *err)
{
	struct plan_edit *edit =
		wire->next < wire->plan.count ? &wire->plan.edits[wire->next] : NULL;
	uint64_t end = edit ? edit->from : message_size(wire->message);

	str_clear(&wire->out);
	wire->taken = 0;
	if (edit && wire->at >= edit->from)
		return fill_from_edit(wire, edit, err);
	ssize_t got = read_message(wire, end, str_reserve(&wire->out, PIECE), err);
	if (got > 0)
		str_grew(&wire->out, (size_t)got);
	return got >= 0;
}

static bool is_at_end(const struct wire *wire)
{
	return wire->next == wire->plan.count && wire->at == message_size(wire->message);
}

ssize_t wire_read(struct wire *wire, char *bytes, size_t len, struct err *err)
{
	while (wire->taken == wire->out.len) {
		if (is_at_end(wire))
			return 0;
		if (!fill(wire, err))
			return -1;
	}
	size_t left = wire->out.len - wire->taken;
	if (len > left)
		len = left;
	memcpy(bytes, wire->out.bytes + wire->taken, len);
	wire->taken += len;
	return (ssize_t)len;
}
