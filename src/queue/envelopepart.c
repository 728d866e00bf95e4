/* envelopepart.c - the text parts of a queue file: envelope, status and trailer; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/envelopepart.h"

#include "base/i18n.h"
#include "queue/percent.h"
#include "queue/reader.h"
#include "queue/senderpart.h"

#define END "END "

_Static_assert(sizeof END - 1 + RECORD_ID_LEN + 1 == RECORD_TRAILER_LEN, "the trailer's length");

static void add_recipient_lines(struct str *out, const struct envelope *envelope)
{
	str_addf(out, "recipients %zu\n", envelope->count);
	for (size_t i = 0; i < envelope->count; i++) {
		const struct recipient *recipient = &envelope->recipients[i];
		percent_add_field(out, "recipient <", recipient->address, ">");
		percent_add_field(out, " notify=", recipient->notify, "");
		percent_add_field(out, " orcpt=", recipient->orcpt, "");
		str_add_char(out, '\n');
	}
}

void envelopepart_add(struct record *record, struct str *out)
{
	struct record_part *part = &record->envelope_part;
	size_t begin = out->len;

	part->at = record->header.at + record->header.len;
	senderpart_add(record, out);
	add_recipient_lines(out, &record->envelope);
	part->len = out->len - begin;
	record->status_at = part->at + part->len;
	for (size_t i = 0; i < record->envelope.count; i++)
		str_add_char(out, (char)record->envelope.recipients[i].status);
	str_addf(out, "\n" END "%s\n", record->id);
	record->notes_at = part->at + (out->len - begin);
}

static bool read_recipient(struct reader *line, struct envelope *envelope)
{
	CLEANUP(mem_free_at) char *address = NULL;

	if (!reader_take_path(line, &address))
		return false;
	struct recipient *recipient = envelope_add(envelope, mem_take(&address));
	return reader_take_word(line, " notify=", &recipient->notify) &&
	       reader_take_word(line, " orcpt=", &recipient->orcpt) && reader_is_at_end(line) &&
	       (!recipient->notify || reader_is_parameter(recipient->notify)) &&
	       (!recipient->orcpt || reader_is_parameter(recipient->orcpt));
}

static bool take_recipient(struct reader *reader, struct record *record)
{
	struct envelope *envelope = &record->envelope;
	struct reader line;

	if (!reader_take_line(reader, "recipient", &line) || !read_recipient(&line, envelope))
		return reader_is_wrong(reader, "recipient");
	return record->is_unsendable ||
	       reader_is_address(reader, envelope->recipients[envelope->count - 1].address);
}

static bool take_recipients(struct reader *reader, struct record *record)
{
	uint64_t count;

	if (!reader_take_number(reader, "recipients", RECORD_ENVELOPE_MAX, &count))
		return false;
	for (uint64_t i = 0; i < count; i++)
		if (!take_recipient(reader, record))
			return false;
	return reader_is_at_end(reader) ||
	       reader_is_missing(reader, _("no more lines in the envelope"));
}

static bool read_status(struct reader *reader, struct envelope *envelope)
{
	static const char known[] = { STATUS_PENDING,
				      STATUS_DOUBT,
				      STATUS_DONE,
				      STATUS_REFUSED,
				      STATUS_COMMAND,
				      STATUS_FAILED,
				      0 };

	for (size_t i = 0; i < envelope->count; i++) {
		if (reader_is_at_end(reader) || !reader_is_one_of(*reader->at, known))
			return reader_is_missing(reader, _("a status for each recipient"));
		envelope->recipients[i].status = (enum recipient_status)*reader->at++;
	}
	return true;
}

static bool read_trailer(struct reader *reader, const char *id)
{
	if (reader_skip_text(reader, "\n" END) && reader_skip_text(reader, id) &&
	    reader_skip_text(reader, "\n") && reader_is_at_end(reader))
		return true;
	return reader_is_missing(reader, _("the line that ends it"));
}

/* The recipients of an unsendable message may be texts, which must not reach a relay. */
static bool check_unsendable(struct reader *reader, const struct record *record)
{
	return !record->is_unsendable || envelope_count_open(&record->envelope) == 0 ||
	       reader_is_wrong(reader, "status");
}

bool envelopepart_read(struct record *record, const char *bytes, size_t len, struct err *err)
{
	struct envelope *envelope = &record->envelope;
	uint64_t whole = record->notes_at - record->envelope_part.at;

	if (len < whole)
		return err_set(err, ERR_INPUT, _("the queue file is incomplete"));
	const char *status = bytes + record->envelope_part.len;
	struct reader reader = { .at = bytes, .end = status, .err = err };
	if (!senderpart_read(record, &reader) || !take_recipients(&reader, record))
		return false;
	if (envelope->count == 0)
		return reader_is_missing(&reader, _("a recipient"));
	reader = (struct reader){ .at = status, .end = bytes + whole, .err = err };
	return read_status(&reader, envelope) && read_trailer(&reader, record->id) &&
	       check_unsendable(&reader, record);
}
