/* list_item.c - showing a message of the queue to a person; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/list_item.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "queue/note.h"
#include "queue/schedule.h"

#include <string.h>

enum { LINE_WIDTH = 79, INDENT = 4 };

static const char *const state_words[LIST_STATES] = { N_("waiting"), N_("being sent"), N_("held"),
						      N_("failed"), N_("damaged") };

const char *list_item_state_name(enum list_state state)
{
	static const char *const names[LIST_STATES] = { "waiting", "sending", "held", "failed",
							"damaged" };

	return names[state];
}

static bool is_about_holding(const struct note *note)
{
	static const char *const words[] = { "held", "set aside: " };

	for (size_t i = 0; i < LENGTH(words); i++) {
		size_t len = strlen(words[i]);
		if (note->len >= len && memcmp(note->text, words[i], len) == 0)
			return true;
	}
	return false;
}

/*
 * A file that was moved by hand has no note about it, and neither has a message whose name or owner
 * was repaired.
 */
char *list_item_hold_reason(const struct list_item *item)
{
	const struct record_progress *progress = &item->record->progress;
	CLEANUP(str_done) struct str shown = STR_INIT;
	struct note note;

	if (progress->doubts >= SCHEDULE_DOUBTS_MAX)
		return mem_copy("each time it was sent no reply came: the recipients may have "
				"several copies");
	if (schedule_is_hopeless(progress))
		return mem_copy("attempts to send it ended in a crash");
	if (!note_last(item->notes, &note) || !is_about_holding(&note))
		return mem_copy("held by the user, or repaired since it was set aside");
	str_add_printable(&shown, note.text, note.len);
	return str_take(&shown);
}

/* Durations and sizes */

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

/* The list for people */

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

/* Adds a printable text, indented by INDENT columns, and breaks lines between words. */
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
	add_size(out, record_size(record));
	str_addf(out, P_(", tried %u time\n", ", tried %u times\n", attempts), attempts);
}

static void add_recipient(struct str *out, const struct recipient *recipient)
{
	add_indent(out, INDENT);
	str_add(out, _("to   "));
	add_address(out, recipient->address);
	if (recipient->status == STATUS_DOUBT)
		str_add(out, _(" (may have it already)"));
	else if (!recipient_is_open(recipient))
		str_add(out, _(" (failed)"));
	str_add_char(out, '\n');
}

/*
 * Adds the sender, each recipient that does not have the message yet, and the number of those that
 * have it.
 */
static void add_people(struct str *out, const struct envelope *envelope)
{
	size_t done = envelope_count_status(envelope, STATUS_DONE);

	add_indent(out, INDENT);
	str_add(out, _("from "));
	add_address(out, envelope->sender);
	str_add_char(out, '\n');
	for (size_t i = 0; i < envelope->count; i++)
		if (envelope->recipients[i].status != STATUS_DONE)
			add_recipient(out, &envelope->recipients[i]);
	if (done > 0) {
		add_indent(out, INDENT);
		str_addf(out,
			 P_("%zu other recipient has it\n", "%zu other recipients have it\n", done),
			 done);
	}
}

/* Adds when a waiting message is tried next. */
static void add_next_try(struct str *out, const struct record *record, int64_t now)
{
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
		str_add(out, _("; expires in "));
		add_duration(out, record->expires - now);
	}
}

/* Adds when the message is tried next, or the command to type for another try. */
static void add_plan(struct str *out, const struct list_item *item, int64_t now)
{
	const char *id = item->record->id;

	switch (item->state) {
	case LIST_SENDING:
		str_add(out, _("is being sent right now"));
		break;
	case LIST_HELD:
		str_addf(out, _("held until you run: mailchute --queue-retry %s"), id);
		break;
	case LIST_FAILED:
		str_addf(
			out,
			item->record->is_unsendable
				? _("can't be sent as it is; to read it: mailchute --queue-show %s")
				: _("failed; for another try: mailchute --queue-retry %s"),
			id);
		break;
	case LIST_WAITING:
	case LIST_DAMAGED:
	case LIST_STATES:
		add_next_try(out, item->record, now);
	}
}

static void add_last(struct str *out, const struct list_item *item, int64_t now)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	struct note note;

	if (!note_last(item->notes, &note))
		return;
	if (note.when > 0) {
		add_duration(&line, now - note.when);
		str_add(&line, _(" ago: "));
	}
	str_add_printable(&line, note.text, note.len);
	add_wrapped(out, line.bytes);
}

/* Adds why the message is held, unless the last note says it, which is already printed. */
static void add_hold_reason(struct str *out, const struct list_item *item)
{
	const struct record_progress *progress = &item->record->progress;
	struct note note;

	if (progress->doubts >= SCHEDULE_DOUBTS_MAX)
		add_wrapped(out, _("set aside: it was sent several times without a reply, so the "
				   "recipients may have several copies"));
	else if (schedule_is_hopeless(progress))
		add_wrapped(out, _("set aside: attempts to send it ended in a crash"));
	else if (!note_last(item->notes, &note) || !is_about_holding(&note))
		add_wrapped(out, _("held by the user, or repaired since it was set aside"));
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

void list_item_add_text(struct str *out, const struct list_item *item, int64_t now)
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
		add_hold_reason(out, item);
	add_plan(&plan, item, now);
	add_wrapped(out, plan.bytes);
}

void list_item_count(struct list_totals *totals, const struct list_item *item)
{
	int64_t next = schedule_next_try(item->record);

	totals->counts[item->state]++;
	totals->count++;
	if (item->state == LIST_DAMAGED)
		return;
	totals->size += record_size(item->record);
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

/* The last line is never translated: programs parse it, as sendmail prints the same. */
void list_item_add_totals(struct str *out, const struct list_totals *totals, bool is_terminal,
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

/* The details of --queue-show */

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
			 record_status_name(envelope->recipients[i].status));
		add_fact(out, "to", line.bytes);
	}
}

static void add_history(struct str *out, const char *notes)
{
	struct note note;

	while (note_next(&notes, &note)) {
		str_addf(out, "%-10s ", "history");
		if (note.when > 0) {
			clock_add_date(out, (time_t)note.when);
			str_add(out, ": ");
		}
		str_add_printable(out, note.text, note.len);
		str_add_char(out, '\n');
	}
}

void list_item_add_details(struct str *out, const struct list_item *item, int64_t now)
{
	const struct record *record = item->record;
	CLEANUP(str_done) struct str plan = STR_INIT;

	str_addf(&plan, "%s; ", list_item_state_name(item->state));
	if (item->state == LIST_DAMAGED)
		str_addf(&plan, _("is never sent: %s"), item->damage);
	else
		add_plan(&plan, item, now);
	add_fact(out, "id", record->id);
	add_fact(out, "state", plan.bytes);
	if (item->state == LIST_HELD) {
		CLEANUP(mem_free_at) char *why = list_item_hold_reason(item);
		add_fact(out, "held", why);
	}
	add_date(out, "created", record->created);
	add_date(out, "expires", record->expires);
	if (item->state == LIST_WAITING && schedule_next_try(record) > 0)
		add_date(out, "next try", schedule_next_try(record));
	str_addf(out, "%-10s %u\n", "attempts", record->progress.ended);
	str_addf(out, "%-10s %llu\n", "size", (unsigned long long)record_size(record));
	str_addf(out, "%-10s %u\n", "uid", record->uid);
	add_fact(out, "account", record->account ? record->account : "");
	add_fact(out, "config", record->config_file ? record->config_file : "");
	add_envelope(out, &record->envelope);
	add_history(out, item->notes);
	str_add_char(out, '\n');
}
