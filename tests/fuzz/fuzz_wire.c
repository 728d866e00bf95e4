/* fuzz_wire.c - any bytes as a message: the relay accepts the lines that are sent */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "mail/wire.h"

#include <string.h>

static bool read_message(struct message *message, const char *bytes, size_t len)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	message_init(message);
	message_begin(message);
	return message_take(message, bytes, len, &err) && message_end(message, &err) &&
	       message_complete(message, &message->given, &err);
}

static void read_all(struct wire *wire, struct str *out)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	ssize_t got;

	while ((got = wire_read(wire, str_reserve(out, 1000), 1000, &err)) > 0)
		str_grew(out, (size_t)got);
	require(got == 0, "it can be read");
}

static void check_bytes(const struct str *out, unsigned abilities)
{
	struct content_facts facts = { 0 };

	content_facts_look(&facts, out->bytes, out->len);
	require(!content_facts_are_unfit(&facts), "no NUL, no bare CR, no line that is too long");
	require(!facts.is_8bit || abilities & RELAY_8BIT, "no more than the relay takes");
	require(out->len >= 2 && memcmp(out->bytes + out->len - 2, "\r\n", 2) == 0,
		"the last line has its end");
	for (size_t i = 0; i < out->len; i++)
		require(out->bytes[i] != '\n' || (i > 0 && out->bytes[i - 1] == '\r'),
			"no bare LF");
}

/* A message that was encoded for a relay is not changed when it is sent there again. */
static void check_again(const struct str *out, unsigned abilities)
{
	CLEANUP(message_done) struct message message;
	CLEANUP(wire_close) struct wire wire = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!read_message(&message, out->bytes, out->len))
		return;
	require(wire_open(&wire, &message, abilities, &err), "it can be sent again");
	require(wire.plan.count == 0, "nothing more is changed");
}

static void send(const struct message *message, unsigned abilities)
{
	CLEANUP(wire_close) struct wire wire = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;

	if (!wire_open(&wire, message, abilities, &err)) {
		require(err.kind == ERR_INPUT, "a refusal is about the message");
		return;
	}
	read_all(&wire, &out);
	require(out.len == wire.size, "the size is the one that was told");
	check_bytes(&out, abilities);
	check_again(&out, abilities);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CLEANUP(message_done) struct message message;

	if (!read_message(&message, (const char *)bytes, len))
		return 0;
	send(&message, 0);
	send(&message, RELAY_8BIT);
	send(&message, RELAY_8BIT | RELAY_UTF8);
	return 0;
}
