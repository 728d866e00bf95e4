/* list_json.c - showing a message of the queue as JSON; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/list_json.h"

#include "base/json.h"
#include "queue/note.h"
#include "queue/schedule.h"

#include <string.h>

static void add_key(struct str *out, const char *key)
{
	str_addf(out, ", \"%s\": ", key);
}

static void add_text(struct str *out, const char *key, const char *text)
{
	add_key(out, key);
	if (text)
		json_add_text(out, text, strlen(text));
	else
		str_add(out, "null");
}

static void add_number(struct str *out, const char *key, int64_t number)
{
	str_addf(out, ", \"%s\": %lld", key, (long long)number);
}

static void add_recipients(struct str *out, const struct envelope *envelope)
{
	add_key(out, "recipients");
	str_add_char(out, '[');
	for (size_t i = 0; i < envelope->count; i++) {
		const char *address = envelope->recipients[i].address;
		str_add(out, i > 0 ? ", {\"address\": " : "{\"address\": ");
		json_add_text(out, address, strlen(address));
		add_text(out, "state", record_status_name(envelope->recipients[i].status));
		str_add_char(out, '}');
	}
	str_add_char(out, ']');
}

static void add_last(struct str *out, const char *notes)
{
	struct note note;

	add_key(out, "last");
	if (!note_last(notes, &note)) {
		str_add(out, "null");
		return;
	}
	str_addf(out, "{\"time\": %lld", (long long)note.when);
	add_key(out, "status");
	json_add_text(out, note.status ? note.status : "", note.status_len);
	add_key(out, "text");
	json_add_text(out, note.text, note.len);
	str_add_char(out, '}');
}

static void add_facts(struct str *out, const struct list_item *item, int64_t now)
{
	const struct record *record = item->record;

	add_number(out, "created", record->created);
	add_number(out, "expires", record->expires);
	if (item->state == LIST_WAITING)
		add_number(out, "next_try", schedule_next_try(record));
	else
		add_text(out, "next_try", NULL);
	if (record->not_before > 0)
		add_number(out, "not_before", record->not_before);
	else
		add_text(out, "not_before", NULL);
	add_number(out, "age", now - record->created);
	add_number(out, "size", (int64_t)record_size(record));
	add_text(out, "sender", record->envelope.sender);
	add_recipients(out, &record->envelope);
	add_number(out, "attempts", record->progress.ended);
	add_last(out, item->notes);
	add_text(out, "account", record->account);
	add_text(out, "config_file", record->config_file);
	add_number(out, "uid", record->uid);
}

void list_json_add(struct str *out, const struct list_item *item, int64_t now)
{
	str_addf(out, "{\"id\": \"%s\"", item->record->id);
	add_text(out, "state", list_item_state_name(item->state));
	if (item->state == LIST_DAMAGED)
		add_text(out, "problem", item->damage);
	else
		add_facts(out, item, now);
	if (item->state == LIST_HELD) {
		CLEANUP(mem_free_at) char *why = list_item_hold_reason(item);
		add_text(out, "problem", why);
	}
	str_add_char(out, '}');
}
