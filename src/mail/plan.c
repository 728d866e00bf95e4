/* plan.c - changes that a message needs before a relay accepts it; reads the message */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/plan.h"

#include "base/i18n.h"
#include "mail/downgrade.h"
#include "mail/encoder.h"
#include "mail/structure.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 16384 };

/* A plan being made. */
struct planner {
	struct plan *plan;
	struct structure structure;
	unsigned abilities;
	bool is_opaque; /* the structure is unknown, and nothing has to change */
	struct err *err;
};

static struct plan_edit *add_edit(struct plan *plan, uint64_t from, uint64_t to)
{
	mem_grow(plan->edits, plan->count);
	struct plan_edit *edit = &plan->edits[plan->count++];
	*edit = (struct plan_edit){ .from = from, .to = to, .text = STR_INIT };
	return edit;
}

/* Bodies */

static bool is_fit(const struct planner *p, const struct content_facts *facts)
{
	return !content_facts_are_unfit(facts) && (!facts->is_8bit || p->abilities & RELAY_8BIT);
}

static const char *unfit_reason(const struct content_facts *facts)
{
	if (facts->has_nul)
		return _("a NUL byte");
	if (facts->has_bare_cr)
		return _("a carriage return without a line feed");
	if (facts->line_max > CONTENT_LINE_MAX)
		return _("a line of over 998 octets");
	return _("bytes beyond ASCII, which the relay does not take (8BITMIME),");
}

static bool refuse_message(struct planner *p, const struct content_facts *facts, const char *why)
{
	return err_set(p->err, ERR_INPUT, _("the message has %s in %s"), unfit_reason(facts), why);
}

static bool check_seal(struct planner *p, const struct part *part,
		       const struct content_facts *facts)
{
	return !part->is_sealed ||
	       refuse_message(p, facts, _("a signed or encrypted part, which must not be changed"));
}

static enum encoding choose_encoding(const struct part *part)
{
	if (part->encoding == ENCODING_QUOTED_PRINTABLE || part->encoding == ENCODING_BASE64)
		return part->encoding;
	if (part->body.has_nul || part->body.has_bare_cr || !part->is_text)
		return ENCODING_BASE64;
	return ENCODING_QUOTED_PRINTABLE;
}

static bool is_encoded(const struct part *part)
{
	return part->encoding == ENCODING_QUOTED_PRINTABLE || part->encoding == ENCODING_BASE64;
}

static bool plan_leaf(struct planner *p, const struct part *part)
{
	if (!check_seal(p, part, &part->body))
		return false;
	if (part->is_fragment)
		return refuse_message(
			p, &part->body,
			_("a fragment of a message (message/partial), which must not be "
			  "encoded"));
	if (part->encoding == ENCODING_OTHER)
		return refuse_message(p, &part->body,
				      _("a part whose Content-Transfer-Encoding is not known"));
	struct plan_edit *edit = add_edit(p->plan, part->body_at, part->end);
	edit->is_encoded = true;
	edit->ends_line = part->end == message_size(p->plan->message);
	encoder_init(&edit->encoder, choose_encoding(part));
	edit->encoder.is_repair = is_encoded(part);
	return true;
}

/* Text around the parts is for mail readers that know no MIME parts; none are left. */
static bool plan_outside(struct planner *p, const struct part *part)
{
	bool is_prologue_fit = is_fit(p, &part->body);
	bool is_epilogue_fit = is_fit(p, &part->epilogue);

	if (!is_prologue_fit && !check_seal(p, part, &part->body))
		return false;
	if (!is_epilogue_fit && !check_seal(p, part, &part->epilogue))
		return false;
	if (!is_prologue_fit) {
		struct plan_edit *edit = add_edit(p->plan, part->body_at, part->inner_at);
		str_add(&edit->text, part->has_gap ? "" : "\r\n");
	}
	if (!is_epilogue_fit)
		add_edit(p->plan, part->epilogue_at, part->end);
	return true;
}

static bool plan_boundary(struct planner *p, const struct boundary_line *line)
{
	const struct part *part = &p->structure.parts[line->part];
	const struct content_facts facts = { .has_bare_cr = true };

	if (!check_seal(p, part, &facts))
		return false;
	struct plan_edit *edit = add_edit(p->plan, line->from, line->to);
	str_addf(&edit->text, "--%s%s\r\n", part->boundary, line->is_last ? "--" : "");
	return true;
}

/* Headers */

static bool is_leaf_encoded(const struct planner *p, const struct part *part)
{
	return part->kind == PART_LEAF && !is_fit(p, &part->body) && !is_encoded(part);
}

/* Whether a part within it has to become 7-bit, so that the label 8bit is wrong afterwards. */
static bool is_relabelled(const struct planner *p, size_t number)
{
	const struct structure *s = &p->structure;
	const struct part *part = &s->parts[number];
	bool is_8bit = part->encoding == ENCODING_8BIT || part->encoding == ENCODING_BINARY;

	if (part->kind == PART_LEAF || part->is_sealed || p->abilities & RELAY_8BIT || !is_8bit)
		return false;
	for (size_t i = number + 1; i < s->count && s->parts[i].depth > part->depth; i++)
		if (is_leaf_encoded(p, &s->parts[i]))
			return true;
	return false;
}

/* A signed header may stay beyond ASCII, as it must not be changed. */
static bool is_header_fit(const struct planner *p, const struct part *part)
{
	bool takes_8bit = part->is_header_sealed && p->abilities & RELAY_8BIT;

	return !content_facts_are_unfit(&part->header) && (!part->header.is_8bit || takes_8bit);
}

static bool is_header_changed(const struct planner *p, size_t number)
{
	const struct part *part = &p->structure.parts[number];

	return !is_header_fit(p, part) || is_leaf_encoded(p, part) || is_relabelled(p, number);
}

/*
 * A header is written with its empty line. If the header of the parent has none, this line would
 * end the parent's header, so another empty line goes before.
 */
static bool needs_gap_before(const struct planner *p, const struct part *part)
{
	const struct part *parent = &p->structure.parts[part->parent];

	return parent != part && parent->kind == PART_MESSAGE && !parent->has_gap &&
	       !is_header_changed(p, part->parent);
}

static void add_type(const struct planner *p, struct changes *changes)
{
	const struct content_facts *body = &p->plan->message->body_facts;

	if (!p->structure.is_mime)
		changes_add(changes, "MIME-Version", "1.0");
	if (p->structure.parts[0].has_type)
		return;
	changes_add(changes, "Content-Type",
		    !body->is_8bit         ? "text/plain; charset=us-ascii"
		    : body->is_broken_utf8 ? "text/plain; charset=unknown-8bit"
					   : "text/plain; charset=utf-8");
}

/* Puts the field that names the encoding below the others. */
static void set_encoding(struct str *header, struct changes *changes, enum encoding encoding)
{
	changes_drop(changes, "Content-Transfer-Encoding");
	changes_write(changes, header);
	str_addf(header, "Content-Transfer-Encoding: %s\r\n", encoding_name(encoding));
}

static bool read_part_header(const struct planner *p, const struct part *part, struct str *bytes)
{
	uint64_t len = part->body_at - part->header_at;

	for (ssize_t got = 1; bytes->len < len && got > 0;) {
		size_t left = (size_t)len - bytes->len;
		char *room = str_reserve(bytes, left);
		got = message_read_at(p->plan->message, part->header_at + bytes->len, room, left,
				      p->err);
		if (got < 0)
			return false;
		str_grew(bytes, (size_t)got);
	}
	return true;
}

/* A header has no encoding for such bytes; they become blanks. */
static void blank_controls(struct str *bytes)
{
	for (size_t i = 0; i < bytes->len; i++)
		if (bytes->bytes[i] == '\0' ||
		    (bytes->bytes[i] == '\r' && bytes->bytes[i + 1] != '\n'))
			bytes->bytes[i] = ' ';
}

static enum downgrade_keeps kept(const struct planner *p, size_t number)
{
	if (number == 0)
		return p->abilities & RELAY_UTF8 ? KEEPS_UTF8 : KEEPS_ASCII;
	return p->abilities & RELAY_8BIT ? KEEPS_8BIT : KEEPS_ASCII;
}

/* The charset of the header's own text, else of the text in it, else of any text of the message. */
static struct charset find_charset(const struct planner *p, size_t number)
{
	const struct structure *s = &p->structure;
	const char *any = NULL;

	if (s->parts[number].charset)
		return charset_named(s->parts[number].charset);
	for (size_t i = number + 1; i < s->count && s->parts[i].depth > s->parts[number].depth; i++)
		if (s->parts[i].charset)
			return charset_named(s->parts[i].charset);
	for (size_t i = 0; i < s->count && !any; i++)
		any = s->parts[i].charset;
	return charset_named(any);
}

static bool downgrade(struct planner *p, size_t number, struct changes *changes)
{
	const struct downgrade how = {
		.keeps = kept(p, number),
		.charset = find_charset(p, number),
		.is_inner = number > 0,
	};

	return downgrade_header(changes, &how, p->err);
}

/*
 * A header beyond ASCII needs SMTPUTF8, RFC 6531. A relay without it may accept the header with
 * 8BITMIME.
 */
static void note_header(struct planner *p, bool is_8bit, bool is_utf8)
{
	p->plan->is_utf8 |= is_8bit && is_utf8 && p->abilities & RELAY_UTF8;
}

static bool write_header(struct planner *p, size_t number, struct str *bytes, struct str *out)
{
	const struct part *part = &p->structure.parts[number];
	bool is_top = number == 0;
	CLEANUP(header_done) struct header header;
	CLEANUP(changes_done) struct changes changes;

	blank_controls(bytes);
	header_index(&header, bytes->bytes, bytes->len);
	changes_init(&changes, &header);
	if (needs_gap_before(p, part))
		str_add(out, "\r\n");
	/* A forwarded message may have a From_ line on top. */
	str_add_n(out, header.bytes, header.count > 0 ? header.fields[0].start : header.len);
	if (!is_header_fit(p, part) && !downgrade(p, number, &changes))
		return false;
	if (is_leaf_encoded(p, part) && is_top)
		add_type(p, &changes);
	if (is_leaf_encoded(p, part))
		set_encoding(out, &changes, choose_encoding(part));
	else if (is_relabelled(p, number))
		set_encoding(out, &changes, ENCODING_7BIT);
	else
		changes_write(&changes, out);
	str_add(out, "\r\n");
	return true;
}

/* If only the body does not fit, the plan of the body refuses the message. */
static bool check_header_seal(struct planner *p, const struct part *part)
{
	note_header(p, part->header.is_8bit, !part->header.is_broken_utf8);
	return is_header_fit(p, part) ||
	       refuse_message(p, &part->header, _("a signed header, which must not be changed"));
}

/* Drops an edit without effect: all that was unfit had to stay. */
static void drop_if_same(struct plan *plan, const struct part *part, const struct str *bytes)
{
	struct plan_edit *edit = &plan->edits[plan->count - 1];
	bool is_same = edit->text.len == bytes->len &&
		       memcmp(edit->text.bytes, bytes->bytes, bytes->len) == 0;

	if (!is_same || content_facts_are_unfit(&part->header))
		return;
	str_done(&edit->text);
	plan->count--;
}

static bool plan_header(struct planner *p, size_t number)
{
	const struct part *part = &p->structure.parts[number];
	CLEANUP(str_done) struct str bytes = STR_INIT;

	if (part->is_header_sealed)
		return check_header_seal(p, part);
	if (!is_header_changed(p, number))
		return true;
	struct plan_edit *edit = add_edit(p->plan, part->header_at, part->body_at);
	if (!read_part_header(p, part, &bytes) || !write_header(p, number, &bytes, &edit->text))
		return false;
	note_header(p, !str_is_ascii(edit->text.bytes, edit->text.len),
		    str_is_utf8(edit->text.bytes, edit->text.len));
	drop_if_same(p->plan, part, &bytes);
	return true;
}

/* The plan */

static bool plan_part(struct planner *p, size_t number)
{
	const struct part *part = &p->structure.parts[number];

	if (!plan_header(p, number))
		return false;
	if (part->kind == PART_LEAF)
		return is_fit(p, &part->body) || plan_leaf(p, part);
	return part->kind != PART_MULTIPART || plan_outside(p, part);
}

/* An edit that inserts a header comes before the edit of the body at the same place. */
static int compare_edits(const void *a, const void *b)
{
	const struct plan_edit *one = a;
	const struct plan_edit *other = b;

	if (one->from != other->from)
		return one->from < other->from ? -1 : 1;
	return (one->to > other->to) - (one->to < other->to);
}

/* Whether it is a single part whose body fits, so that no part needs a look. */
static bool is_simple(const struct planner *p)
{
	const struct structure *s = &p->structure;

	return s->count == 1 && s->place == IN_BODY && s->parts[0].kind == PART_LEAF &&
	       is_fit(p, &p->plan->message->body_facts);
}

/* A message with too many parts is sent unchanged if every byte of it can be sent. */
static bool end_scan(struct planner *p)
{
	const struct message *message = p->plan->message;

	p->is_opaque = p->structure.is_full && content_facts_are_plain(&message->header_facts) &&
		       is_fit(p, &message->body_facts);
	return p->is_opaque || structure_end(&p->structure, p->err);
}

static bool scan(struct planner *p)
{
	char piece[PIECE];
	uint64_t at = 0;
	ssize_t got = 1;

	while (got > 0 && !is_simple(p)) {
		got = message_read_at(p->plan->message, at, piece, sizeof piece, p->err);
		if (got < 0)
			return false;
		structure_take(&p->structure, piece, (size_t)got);
		at += (uint64_t)got;
	}
	return end_scan(p);
}

static bool plan_parts(struct planner *p)
{
	for (size_t i = 0; i < p->structure.count; i++)
		if (!plan_part(p, i))
			return false;
	for (size_t i = 0; i < p->structure.crooked_count; i++)
		if (!plan_boundary(p, &p->structure.crooked[i]))
			return false;
	return true;
}

static void planner_done(struct planner *p)
{
	structure_done(&p->structure);
}

bool plan_open(struct plan *plan, const struct message *message, unsigned abilities,
	       struct err *err)
{
	CLEANUP(planner_done)
	struct planner p = { .plan = plan, .abilities = abilities, .err = err };

	*plan = (struct plan){ .message = message };
	structure_init(&p.structure);
	if (!scan(&p) || (!p.is_opaque && !plan_parts(&p)))
		return false;
	if (plan->count > 0)
		qsort(plan->edits, plan->count, sizeof *plan->edits, compare_edits);
	return true;
}

void plan_close(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		str_done(&plan->edits[i].text);
	free(plan->edits);
	*plan = (struct plan){ 0 };
}
