/* structure.c - the MIME parts of a message, found in one pass over its bytes; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/structure.h"

#include "base/i18n.h"
#include "mail/content_type.h"
#include "mail/header.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 32 * 1024 * 1024 };

/* A boundary line must fit into structure.start, with four hyphens and a CRLF. */
enum { BOUNDARY_MAX = STRUCTURE_LINE_START - 32 };

static struct part *current(struct structure *s)
{
	return &s->parts[s->current];
}

static struct content_facts *facts_of_place(struct structure *s)
{
	struct part *part = current(s);

	return s->place == IN_HEADER ? &part->header
	       : s->place == IN_BODY ? &part->body
				     : &part->epilogue;
}

static void enter(struct structure *s, enum structure_place place)
{
	content_facts_end(&s->scan);
	s->place = place;
	content_facts_begin(&s->scan, facts_of_place(s));
}

static void open_part(struct structure *s, size_t parent, uint64_t at)
{
	if (s->count == STRUCTURE_PARTS_MAX) {
		s->is_full = true;
		return;
	}
	/* The scan points into the array, which may have moved. */
	content_facts_end(&s->scan);
	mem_grow(s->parts, s->count);
	s->parts[s->count] = (struct part){ .parent = parent, .header_at = at };
	if (s->count > 0) {
		s->parts[s->count].depth = s->parts[parent].depth + 1;
		s->parts[s->count].is_sealed = s->parts[parent].is_sealed;
		s->parts[s->count].is_header_sealed = s->parts[parent].is_sealed;
	}
	s->current = s->count++;
	s->place = IN_HEADER;
	str_clear(&s->header);
	content_facts_begin(&s->scan, facts_of_place(s));
}

void structure_init(struct structure *structure)
{
	static struct content_facts unused;

	*structure = (struct structure){ .header = STR_MAX(HEADER_MAX) };
	content_facts_begin(&structure->scan, &unused);
	open_part(structure, 0, 0);
}

static void part_done(struct part *part)
{
	free(part->boundary);
	free(part->charset);
}

void structure_done(struct structure *structure)
{
	if (!structure)
		return;
	for (size_t i = 0; i < structure->count; i++)
		part_done(&structure->parts[i]);
	free(structure->parts);
	free(structure->crooked);
	str_done(&structure->header);
	*structure = (struct structure){ .header = STR_INIT };
}

/* The header of a part */

static const struct header_field *find_field(const struct header *header, const char *name,
					     const char **body, size_t *len)
{
	const struct header_field *field = header_find(header, name);

	if (field)
		*body = header_body(header, field, len);
	return field;
}

static bool is_identity(enum encoding encoding)
{
	return encoding == ENCODING_7BIT || encoding == ENCODING_8BIT ||
	       encoding == ENCODING_BINARY;
}

static bool is_sealed_type(const struct content_type *type)
{
	static const char *const sealed[] = {
		"multipart/signed",
		"multipart/encrypted",
		"application/pkcs7-mime",
		"application/x-pkcs7-mime",
		"application/pkcs7-signature",
		"application/x-pkcs7-signature",
	};

	for (size_t i = 0; i < LENGTH(sealed); i++)
		if (strcmp(type->value, sealed[i]) == 0)
			return true;
	return false;
}

/*
 * Whether the type is text, or consists of lines of text. A missing or invalid type is text/plain,
 * RFC 2045 section 5.2.
 */
static bool is_text_type(const struct content_type *type)
{
	return content_type_is(type, "text/") || content_type_is(type, "message/") ||
	       content_type_is(type, "multipart/") || !strchr(type->value, '/');
}

static bool is_usable(const char *boundary)
{
	size_t len = boundary ? strlen(boundary) : 0;

	return len > 0 && len <= BOUNDARY_MAX && str_is_ascii(boundary, len) &&
	       !strpbrk(boundary, "\r\n");
}

/* The encoding that a multipart names is ignored: RFC 2045 section 6.4 allows it none. */
static void judge_type(struct part *part, const struct content_type *type)
{
	CLEANUP(mem_free_at) char *boundary = content_type_join(type, "boundary");

	part->charset = content_type_join(type, "charset");
	part->is_text = is_text_type(type);
	part->is_digest = strcmp(type->value, "multipart/digest") == 0;
	part->is_fragment = strcmp(type->value, "message/partial") == 0;
	part->is_sealed |= is_sealed_type(type);
	if (part->depth >= STRUCTURE_DEPTH_MAX)
		return;
	if (content_type_is(type, "multipart/") && is_usable(boundary)) {
		part->kind = PART_MULTIPART;
		part->boundary = mem_take(&boundary);
	} else if (strcmp(type->value, "message/rfc822") == 0 ||
		   strcmp(type->value, "message/global") == 0) {
		part->kind = PART_MESSAGE;
	}
}

/* RFC 2046 section 5.1.5: a part of a digest is a message, unless it names another type. */
static const char *default_type(const struct structure *s, const struct part *part)
{
	const struct part *parent = &s->parts[part->parent];

	return parent->is_digest && parent != part ? "message/rfc822" : "text/plain";
}

static void judge_header(struct structure *s)
{
	CLEANUP(header_done) struct header header;
	CLEANUP(content_type_done) struct content_type type;
	struct part *part = current(s);
	const char *body = default_type(s, part);
	size_t len = strlen(body);
	const char *encoding;
	size_t encoding_len;

	header_index(&header, s->header.bytes, s->header.len);
	part->has_type = find_field(&header, "Content-Type", &body, &len);
	part->has_encoding =
		find_field(&header, "Content-Transfer-Encoding", &encoding, &encoding_len);
	if (part->has_encoding)
		part->encoding = encoding_find(encoding, encoding_len);
	content_type_init(&type, body, len);
	judge_type(part, &type);
	if (s->current == 0) {
		s->is_mime = header_find(&header, "MIME-Version") != NULL;
		part->is_sealed |= header_find(&header, "DKIM-Signature") != NULL;
	}
}

/* Lines */

static void note_line_start(struct structure *s)
{
	s->scan_before = s->scan;
	s->facts_before = *s->scan.facts;
}

static void finish_header(struct structure *s, uint64_t body_at)
{
	judge_header(s);
	current(s)->body_at = body_at;
	if (current(s)->kind == PART_MESSAGE)
		open_part(s, s->current, body_at);
	else
		enter(s, IN_BODY);
}

/* Removes the last line from the header: it belongs to the body. */
static void give_line_back(struct structure *s, struct str *line)
{
	size_t at = s->header.len - (size_t)s->line_len;
	struct content_facts *facts = &current(s)->header;

	str_add_n(line, s->header.bytes + at, s->header.len - at);
	str_cut(&s->header, at);
	*facts = (struct content_facts){ 0 };
	content_facts_begin(&s->scan, facts);
	content_facts_take(&s->scan, s->header.bytes, s->header.len);
}

/*
 * Whether the last line begins the body, without an empty line before it. A From_ line on top
 * belongs to the header only if it can be sent.
 */
static bool begins_body(const struct structure *s)
{
	const struct part *part = &s->parts[s->current];
	const char *line = s->header.bytes + s->header.len - s->line_len;
	bool is_first = s->line_at == part->header_at;

	enum header_line kind = header_line_kind(line, (size_t)s->line_len, is_first);

	return kind == HEADER_LINE_OTHER ||
	       (kind == HEADER_LINE_MBOX && !content_facts_are_plain(&part->header));
}

/*
 * Ignores the encoding of an inner message, as mail readers do: RFC 2045 section 6.4 allows it
 * none. Exception: a message that is really encoded, which does not begin with a field.
 */
static bool is_really_encoded(const struct structure *s)
{
	const struct part *part = &s->parts[s->current];
	const struct part *parent = &s->parts[part->parent];

	return parent->kind == PART_MESSAGE && !is_identity(parent->encoding) &&
	       s->line_at == part->header_at;
}

static void become_leaf(struct structure *s)
{
	size_t parent = current(s)->parent;

	s->parts[parent].kind = PART_LEAF;
	part_done(current(s));
	s->count--;
	s->current = parent;
	s->place = IN_BODY;
	content_facts_begin(&s->scan, facts_of_place(s));
	content_facts_take(&s->scan, s->header.bytes, s->header.len);
}

/*
 * Whether the line ended the header and belongs to the part after it. That part may begin with
 * another header; the line is not part of that header either.
 */
static bool end_header_line(struct structure *s)
{
	while (s->place == IN_HEADER && !s->is_full && begins_body(s)) {
		CLEANUP(str_done) struct str line = STR_INIT;
		if (is_really_encoded(s)) {
			become_leaf(s);
			return true;
		}
		give_line_back(s, &line);
		finish_header(s, s->line_at);
		note_line_start(s);
		content_facts_take(&s->scan, line.bytes, line.len);
		if (s->place == IN_HEADER)
			str_add_n(&s->header, line.bytes, line.len);
	}
	if (s->place == IN_HEADER && s->line_len == 2 && s->start[0] == '\r') {
		current(s)->has_gap = true;
		finish_header(s, s->at);
	}
	return s->place == IN_BODY && s->parts[s->current].body_at == s->line_at;
}

/*
 * Whether the line is "--boundary" or "--boundary--" with only blanks after it. A CR counts as a
 * blank, as mail readers do.
 */
static bool is_boundary(const struct structure *s, const char *boundary, bool *is_last)
{
	size_t len = strlen(boundary);
	size_t at = 2 + len;

	if (s->start_len < at || s->line_len > sizeof s->start ||
	    memcmp(s->start + 2, boundary, len) != 0)
		return false;
	*is_last = s->start_len >= at + 2 && memcmp(s->start + at, "--", 2) == 0;
	at += *is_last ? 2 : 0;
	while (at < s->start_len && s->start[at] && strchr(" \t\r\n", s->start[at]))
		at++;
	return at == s->start_len;
}

/*
 * The innermost open multipart whose boundary the line is; the line ends all parts within it. If an
 * inner multipart has the same boundary (RFC 2046 forbids it), the last boundary ends both.
 */
static bool find_boundary(const struct structure *s, size_t *owner, bool *is_last)
{
	if (s->start_len < 3 || s->start[0] != '-' || s->start[1] != '-')
		return false;
	for (size_t i = s->current;; i = s->parts[i].parent) {
		const struct part *part = &s->parts[i];
		*owner = i;
		if (part->kind == PART_MULTIPART && !part->is_closed &&
		    is_boundary(s, part->boundary, is_last))
			return true;
		if (i == 0)
			return false;
	}
}

/* End of the text before the line: the CRLF belongs to the boundary. */
static uint64_t end_before_line(const struct structure *s, uint64_t begin)
{
	return s->line_at >= begin + 2 ? s->line_at - 2 : begin;
}

/* A boundary within the header ends the part. */
static void end_early(struct structure *s, struct part *part)
{
	str_cut(&s->header, s->header.len - (s->header.len < s->line_len ? 0 : s->line_len));
	judge_header(s);
	part->body_at = s->line_at;
	part->kind = PART_LEAF;
}

static void close_part(struct structure *s, struct part *part, uint64_t end)
{
	if (s->place == IN_HEADER && part == current(s))
		end_early(s, part);
	part->end = end > part->body_at ? end : part->body_at;
	/* A multipart without a boundary line in its body is handled as text. */
	if (part->kind == PART_MULTIPART && part->inner_at == 0)
		part->kind = PART_LEAF;
	if (!part->is_closed || part->epilogue_at > part->end)
		part->epilogue_at = part->end;
}

/* Records a boundary line that can't be sent unchanged. */
static void note_crooked(struct structure *s, size_t owner, bool is_last)
{
	if (s->start_len < 3 || !memchr(s->start, '\r', s->start_len - 2))
		return;
	mem_grow(s->crooked, s->crooked_count);
	s->crooked[s->crooked_count++] =
		(struct boundary_line){ s->line_at, s->at, owner, is_last };
}

static void take_boundary(struct structure *s, size_t owner, bool is_last)
{
	/* The line belongs to no part, and its bytes are no facts of the part that it ends. */
	s->scan = s->scan_before;
	*s->scan.facts = s->facts_before;
	note_crooked(s, owner, is_last);
	for (size_t i = s->current; i != owner; i = s->parts[i].parent)
		close_part(s, &s->parts[i], end_before_line(s, s->parts[i].body_at));
	struct part *part = &s->parts[owner];
	if (part->inner_at == 0)
		part->inner_at = s->line_at;
	s->current = owner;
	if (!is_last) {
		open_part(s, owner, s->at);
		return;
	}
	part->is_closed = true;
	part->epilogue_at = s->at;
	enter(s, IN_EPILOGUE);
}

static bool end_boundary(struct structure *s)
{
	size_t owner;
	bool is_last;

	if (!find_boundary(s, &owner, &is_last))
		return false;
	/* The last boundary without any boundary before it is text. */
	if (is_last && s->parts[owner].inner_at == 0)
		s->parts[owner].kind = PART_LEAF;
	else
		take_boundary(s, owner, is_last);
	return true;
}

static void end_line(struct structure *s)
{
	/* A line that ended the header may be a boundary that this header names. */
	if (!end_boundary(s) && s->place == IN_HEADER && end_header_line(s))
		end_boundary(s);
	s->line_at = s->at;
	s->line_len = s->start_len = 0;
}

/* Takes a part of a line, or the rest of it. Only the start of a long line matters. */
static void take_piece(struct structure *s, const char *bytes, size_t len)
{
	size_t room = sizeof s->start - s->start_len;
	size_t kept = len < room ? len : room;

	if (s->line_len == 0)
		note_line_start(s);
	memcpy(s->start + s->start_len, bytes, kept);
	s->start_len += kept;
	s->line_len += len;
	s->at += len;
	content_facts_take(&s->scan, bytes, len);
	if (s->place == IN_HEADER)
		str_add_n(&s->header, bytes, len);
	s->is_full |= s->header.is_full;
}

void structure_take(struct structure *structure, const char *bytes, size_t len)
{
	while (len > 0 && !structure->is_full) {
		const char *lf = memchr(bytes, '\n', len);
		size_t piece = lf ? (size_t)(lf - bytes) + 1 : len;
		take_piece(structure, bytes, piece);
		if (lf)
			end_line(structure);
		bytes += piece;
		len -= piece;
	}
}

bool structure_end(struct structure *structure, struct err *err)
{
	struct structure *s = structure;

	if (s->is_full)
		return err_set(err, ERR_INPUT,
			       _("the message is not in a form that the relay takes, and has too "
				 "much to change: over %d parts, or a header of over %d MB"),
			       STRUCTURE_PARTS_MAX, HEADER_MAX / (1024 * 1024));
	content_facts_end(&s->scan);
	s->line_at = s->at;
	for (size_t i = s->current;; i = s->parts[i].parent) {
		close_part(s, &s->parts[i], s->at);
		if (i == 0)
			return true;
	}
}
