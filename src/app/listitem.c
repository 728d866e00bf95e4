/* listitem.c - how a message of the queue is shown: to a person, and as JSON; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/listitem.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "queue/schedule.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_WIDTH = 79, INDENT = 4 };

static const char *const state_names[LIST_STATES] = { "waiting", "sending", "held", "failed",
						      "damaged" };
static const char *const state_words[LIST_STATES] = { N_("waiting"), N_("being sent"), N_("held"),
						      N_("failed"), N_("damaged") };

/* A line that an attempt left; `text` is not terminated. */
struct note {
	int64_t when;
	const char *status;
	size_t status_len;
	const char *text;
	size_t len;
};

/* Notes */

static struct note read_note(const char *line, size_t len)
{
	CLEANUP(mem_free_at) char *copy = mem_copy_n(line, len);
	struct note note = { .text = line, .len = len };
	char *end;
	long long when = strtoll(copy, &end, 10);
	size_t at = (size_t)(end - copy) + (*end == ' ');
	size_t word = strcspn(copy + (at < len ? at : len), " ");

	/* A line in another form is a text all the same. */
	if (end == copy || *end != ' ' || at + word >= len)
		return note;
	note.when = when;
	note.status = line + at;
	note.status_len = word;
	note.text = line + at + word + 1;
	note.len = len - at - word - 1;
	return note;
}

/* Reads the first of the notes and moves on. False when there is none left. */
static bool next_note(const char **notes, struct note *note)
{
	size_t len = strcspn(*notes, "\n");

	if (!**notes)
		return false;
	*note = read_note(*notes, len);
	*notes += len + ((*notes)[len] == '\n');
	return true;
}

static bool last_note(const char *notes, struct note *note)
{
	bool is_found = false;

	while (next_note(&notes, note))
		is_found = true;
	return is_found;
}

/* Words and numbers */

static void add_duration(struct str *out, int64_t seconds)
{
	static const struct {
		int64_t below, unit;
		const char *format;
	} steps[] = {
		{ 90, 1, N_("%lld s") },
		{ 90 * 60, 60, N_("%lld min") },
		{ 36 * 3600, 3600, N_("%lld h") },
		{ INT64_MAX, 86400, N_("%lld d") },
	};
	size_t i = 0;

	if (seconds < 0)
		seconds = 0;
	while (seconds >= steps[i].below)
		i++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	str_addf(out, _(steps[i].format),
		 (long long)((seconds + steps[i].unit / 2) / steps[i].unit));
#pragma GCC diagnostic pop
}

static void add_size(struct str *out, uint64_t size)
{
	if (size < 1024)
		str_addf(out, _("%llu bytes"), (unsigned long long)size);
	else if (size < 10 * 1024)
		str_addf(out, _("%.1f kB"), (double)size / 1024);
	else if (size < 10 * 1024 * 1024)
		str_addf(out, _("%llu kB"), (unsigned long long)(size / 1024));
	else
		str_addf(out, _("%llu MB"), (unsigned long long)(size / (1024 * 1024)));
}

static uint64_t size_of(const struct record *record)
{
	return record->body.len + record->header.len;
}

static const char *name_status(char status)
{
	switch (status) {
	case STATUS_DONE:
		return "done";
	case STATUS_REFUSED:
	case STATUS_FAILED:
		return "failed";
	case STATUS_DOUBT:
		return "in doubt";
	default:
		return "pending";
	}
}

static size_t count_status(const struct envelope *envelope, char status)
{
	size_t count = 0;

	for (size_t i = 0; i < envelope->count; i++)
		count += envelope->recipients[i].status == status;
	return count;
}

/* Lines for people */

static size_t count_columns(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static void add_indent(struct str *out, size_t count)
{
	while (count-- > 0)
		str_add_char(out, ' ');
}

/* Adds a printable text from column INDENT on, broken between words where a line is full. */
static void add_wrapped(struct str *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t word = strcspn(text, " ");
		size_t width = count_columns(text, word);
		if (column > INDENT && column + 1 + width > LINE_WIDTH) {
			str_add_char(out, '\n');
			column = 0;
		}
		add_indent(out, column == 0 ? INDENT : 1);
		str_add_n(out, text, word);
		column += (column == 0 ? INDENT : 1) + width;
		text += word;
		text += strspn(text, " ");
	}
	str_add_char(out, '\n');
}

static void add_address(struct str *out, const char *address)
{
	if (*address)
		str_add_printable(out, address, strlen(address));
	else
		str_add(out, "<>");
}

static void add_head(struct str *out, const struct list_item *item, int64_t now)
{
	const struct record *record = item->record;
	unsigned attempts = record->progress.ended;

	str_addf(out, "%s  %s, ", record->id, _(state_words[item->state]));
	add_duration(out, now - record->created);
	str_add(out, _(" old, "));
	add_size(out, size_of(record));
	str_addf(out, P_(", tried %u time\n", ", tried %u times\n", attempts), attempts);
}

/* Sender, and the recipients that do not have it. */
static void add_people(struct str *out, const struct envelope *envelope)
{
	size_t done = count_status(envelope, STATUS_DONE);

	add_indent(out, INDENT);
	str_add(out, _("from "));
	add_address(out, envelope->sender);
	str_add_char(out, '\n');
	for (size_t i = 0; i < envelope->count; i++) {
		const struct recipient *recipient = &envelope->recipients[i];
		if (recipient->status == STATUS_DONE)
			continue;
		add_indent(out, INDENT);
		str_add(out, _("to   "));
		add_address(out, recipient->address);
		if (recipient->status == STATUS_DOUBT)
			str_add(out, _(" (may have it already)"));
		else if (!recipient_is_open(recipient))
			str_add(out, _(" (failed)"));
		str_add_char(out, '\n');
	}
	if (done > 0) {
		add_indent(out, INDENT);
		str_addf(out,
			 P_("%zu other recipient has it\n", "%zu other recipients have it\n", done),
			 done);
	}
}

/* When it is tried next, or what has to be done for that. */
static void add_plan(struct str *out, const struct list_item *item, int64_t now)
{
	const struct record *record = item->record;

	switch (item->state) {
	case LIST_SENDING:
		str_add(out, _("is being sent right now"));
		return;
	case LIST_HELD:
		str_addf(out, _("stays until you say: mailchute --queue-retry %s"), record->id);
		return;
	case LIST_FAILED:
		str_addf(out, _("given up; for another try: mailchute --queue-retry %s"),
			 record->id);
		return;
	default:
		break;
	}
	if (schedule_is_early(record, now)) {
		str_add(out, _("is to be sent on "));
		clock_add_date(out, (time_t)record->not_before);
		str_addf(out, _("; to send it sooner: mailchute --queue-retry %s"), record->id);
		return;
	}
	if (schedule_is_due(record, now)) {
		str_add(out, _("due now: goes with the next run of the queue"));
	} else {
		str_add(out, _("next try in "));
		add_duration(out, record->progress.next_try - now);
	}
	if (record->expires > now) {
		str_add(out, _("; given up in "));
		add_duration(out, record->expires - now);
	}
}

static void add_last(struct str *out, const struct list_item *item, int64_t now)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	struct note note;

	if (!last_note(item->notes, &note))
		return;
	if (note.when > 0) {
		add_duration(&line, now - note.when);
		str_add(&line, _(" ago: "));
	}
	str_add_printable(&line, note.text, note.len);
	add_wrapped(out, line.bytes);
}

/* Why the queue itself has set it aside, if it was that. */
static void add_hold_reason(struct str *out, const struct record_progress *progress)
{
	if (progress->doubts >= SCHEDULE_DOUBTS_MAX)
		add_wrapped(out, _("set aside: each time it was sent no reply came, so that the "
				   "recipients may have several copies"));
	else if (schedule_is_hopeless(progress))
		add_wrapped(out, _("set aside: attempts to send it ended in a crash"));
}

static void add_damaged(struct str *out, const struct list_item *item)
{
	CLEANUP(str_done) struct str why = STR_INIT;
	CLEANUP(str_done) struct str plan = STR_INIT;

	str_addf(out, "%s  %s\n", item->record->id, _(state_words[LIST_DAMAGED]));
	str_addf(&why, _("is never sent: %s"), item->damage);
	add_wrapped(out, why.bytes);
	str_addf(&plan, _("to delete it: mailchute --queue-remove %s"), item->record->id);
	add_wrapped(out, plan.bytes);
}

void list_add_text(struct str *out, const struct list_item *item, int64_t now)
{
	CLEANUP(str_done) struct str plan = STR_INIT;

	if (item->state == LIST_DAMAGED) {
		add_damaged(out, item);
		return;
	}
	add_head(out, item, now);
	add_people(out, &item->record->envelope);
	add_last(out, item, now);
	if (item->state == LIST_HELD)
		add_hold_reason(out, &item->record->progress);
	add_plan(&plan, item, now);
	add_wrapped(out, plan.bytes);
}

void list_count(struct list_totals *totals, const struct list_item *item)
{
	int64_t next = schedule_next_try(item->record);

	totals->counts[item->state]++;
	totals->count++;
	if (item->state == LIST_DAMAGED)
		return;
	totals->size += size_of(item->record);
	if (item->state == LIST_WAITING &&
	    (totals->counts[LIST_WAITING] == 1 || next < totals->next_try))
		totals->next_try = next;
}

/* "3 waiting (next try in 12 min), 1 held" */
static void add_summary(struct str *out, const struct list_totals *totals, int64_t now)
{
	const char *between = "";

	for (size_t i = 0; i < LIST_STATES; i++) {
		if (totals->counts[i] == 0)
			continue;
		str_addf(out, "%s%zu %s", between, totals->counts[i], _(state_words[i]));
		between = ", ";
		if (i != LIST_WAITING)
			continue;
		str_add(out, totals->next_try > now ? _(" (next try in ") : _(" (due now)"));
		if (totals->next_try > now) {
			add_duration(out, totals->next_try - now);
			str_add_char(out, ')');
		}
	}
	str_add_char(out, '\n');
}

/* The last line is for programs, which know it from other mail systems: it is never translated. */
void list_add_totals(struct str *out, const struct list_totals *totals, bool is_terminal,
		     int64_t now)
{
	if (totals->count == 0) {
		str_add(out, "Mail queue is empty\n");
		return;
	}
	if (is_terminal)
		add_summary(out, totals, now);
	str_addf(out, "-- %llu Kbytes in %zu Requests.\n",
		 (unsigned long long)((totals->size + 1023) / 1024), totals->count);
}

/* JSON */

static unsigned long read_code_point(const unsigned char *bytes, size_t len)
{
	unsigned long code = len == 1 ? bytes[0] : bytes[0] & (0x7fU >> len);

	for (size_t i = 1; i < len; i++)
		code = code << 6 | (bytes[i] & 0x3f);
	return code;
}

/* All in ASCII, so that neither a terminal nor a parser can stumble. RFC 8259 section 7. */
static void add_json_char(struct str *out, unsigned long code)
{
	if (code >= 0x10000) {
		code -= 0x10000;
		str_addf(out, "\\u%04lx\\u%04lx", 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff));
	} else if (code == '"' || code == '\\') {
		str_addf(out, "\\%c", (char)code);
	} else if (code < ' ' || code > '~') {
		str_addf(out, "\\u%04lx", code);
	} else {
		str_add_char(out, (char)code);
	}
}

/* Bytes that are no UTF-8 become U+FFFD. */
static void add_json_n(struct str *out, const char *bytes, size_t len)
{
	str_add_char(out, '"');
	while (len > 0) {
		size_t step = str_utf8_len(bytes, len);
		add_json_char(out,
			      step ? read_code_point((const unsigned char *)bytes, step) : 0xfffd);
		step += !step;
		bytes += step;
		len -= step;
	}
	str_add_char(out, '"');
}

static void add_key(struct str *out, const char *key)
{
	str_addf(out, ", \"%s\": ", key);
}

static void add_json_text(struct str *out, const char *key, const char *text)
{
	add_key(out, key);
	if (text)
		add_json_n(out, text, strlen(text));
	else
		str_add(out, "null");
}

static void add_json_number(struct str *out, const char *key, int64_t number)
{
	str_addf(out, ", \"%s\": %lld", key, (long long)number);
}

static void add_json_recipients(struct str *out, const struct envelope *envelope)
{
	add_key(out, "recipients");
	str_add_char(out, '[');
	for (size_t i = 0; i < envelope->count; i++) {
		const char *address = envelope->recipients[i].address;
		str_add(out, i > 0 ? ", {\"address\": " : "{\"address\": ");
		add_json_n(out, address, strlen(address));
		add_json_text(out, "state", name_status(envelope->recipients[i].status));
		str_add_char(out, '}');
	}
	str_add_char(out, ']');
}

static void add_json_last(struct str *out, const char *notes)
{
	struct note note;

	add_key(out, "last");
	if (!last_note(notes, &note)) {
		str_add(out, "null");
		return;
	}
	str_addf(out, "{\"time\": %lld", (long long)note.when);
	add_key(out, "status");
	add_json_n(out, note.status ? note.status : "", note.status_len);
	add_key(out, "text");
	add_json_n(out, note.text, note.len);
	str_add_char(out, '}');
}

static void add_json_facts(struct str *out, const struct list_item *item, int64_t now)
{
	const struct record *record = item->record;

	add_json_number(out, "created", record->created);
	add_json_number(out, "expires", record->expires);
	if (item->state == LIST_WAITING)
		add_json_number(out, "next_try", schedule_next_try(record));
	else
		add_json_text(out, "next_try", NULL);
	if (record->not_before > 0)
		add_json_number(out, "not_before", record->not_before);
	else
		add_json_text(out, "not_before", NULL);
	add_json_number(out, "age", now - record->created);
	add_json_number(out, "size", (int64_t)size_of(record));
	add_json_text(out, "sender", record->envelope.sender);
	add_json_recipients(out, &record->envelope);
	add_json_number(out, "attempts", record->progress.ended);
	add_json_last(out, item->notes);
	add_json_text(out, "account", record->account);
	add_json_text(out, "config_file", record->config_file);
	add_json_number(out, "uid", record->uid);
}

void list_add_json(struct str *out, const struct list_item *item, int64_t now)
{
	str_addf(out, "{\"id\": \"%s\"", item->record->id);
	add_json_text(out, "state", state_names[item->state]);
	if (item->state == LIST_DAMAGED)
		add_json_text(out, "problem", item->damage);
	else
		add_json_facts(out, item, now);
	str_add_char(out, '}');
}

/* Everything */

static void add_fact(struct str *out, const char *name, const char *text)
{
	str_addf(out, "%-10s ", name);
	str_add_printable(out, text, strlen(text));
	str_add_char(out, '\n');
}

static void add_date(struct str *out, const char *name, int64_t when)
{
	str_addf(out, "%-10s ", name);
	clock_add_date(out, (time_t)when);
	str_add_char(out, '\n');
}

static void add_envelope(struct str *out, const struct envelope *envelope)
{
	add_fact(out, "from", *envelope->sender ? envelope->sender : "<>");
	for (size_t i = 0; i < envelope->count; i++) {
		CLEANUP(str_done) struct str line = STR_INIT;
		str_addf(&line, "%s (%s)", envelope->recipients[i].address,
			 name_status(envelope->recipients[i].status));
		add_fact(out, "to", line.bytes);
	}
}

static void add_history(struct str *out, const char *notes)
{
	struct note note;

	while (next_note(&notes, &note)) {
		str_addf(out, "%-10s ", "history");
		if (note.when > 0) {
			clock_add_date(out, (time_t)note.when);
			str_add(out, ": ");
		}
		str_add_printable(out, note.text, note.len);
		str_add_char(out, '\n');
	}
}

void list_add_details(struct str *out, const struct list_item *item, int64_t now)
{
	const struct record *record = item->record;
	CLEANUP(str_done) struct str plan = STR_INIT;

	str_addf(&plan, "%s; ", state_names[item->state]);
	add_plan(&plan, item, now);
	add_fact(out, "id", record->id);
	add_fact(out, "state", plan.bytes);
	add_date(out, "created", record->created);
	add_date(out, "expires", record->expires);
	if (item->state == LIST_WAITING && schedule_next_try(record) > 0)
		add_date(out, "next try", schedule_next_try(record));
	str_addf(out, "%-10s %u\n", "attempts", record->progress.ended);
	str_addf(out, "%-10s %llu\n", "size", (unsigned long long)size_of(record));
	str_addf(out, "%-10s %u\n", "uid", record->uid);
	add_fact(out, "account", record->account ? record->account : "");
	add_fact(out, "config", record->config_file ? record->config_file : "");
	add_envelope(out, &record->envelope);
	add_history(out, item->notes);
	str_add_char(out, '\n');
}
