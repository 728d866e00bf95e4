/* structure.c - the MIME parts of a message, found in one pass over its bytes; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/structure.h"

#include "base/i18n.h"
#include "mail/contenttype.h"
#include "mail/header.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 32 * 1024 * 1024, BOUNDARY_MAX = 100 };

static struct part *current(struct structure *s)
{
	return &s->parts[s->current];
}

static struct facts *facts_of_place(struct structure *s)
{
	struct part *part = current(s);

	return s->place == IN_HEADER ? &part->header
	       : s->place == IN_BODY ? &part->body
				     : &part->epilogue;
}

static void enter(struct structure *s, enum structure_place place)
{
	facts_end(&s->scan);
	s->place = place;
	facts_begin(&s->scan, facts_of_place(s));
}

static void add_part(struct structure *s, size_t parent, uint64_t at)
{
	if (s->count == STRUCTURE_PARTS_MAX) {
		s->is_full = true;
		return;
	}
	/* The scan points into the array. */
	facts_end(&s->scan);
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
	facts_begin(&s->scan, facts_of_place(s));
}

void structure_init(struct structure *structure)
{
	static struct facts unused;

	*structure = (struct structure){ .header = STR_MAX(HEADER_MAX) };
	facts_begin(&structure->scan, &unused);
	add_part(structure, 0, 0);
}

void structure_done(struct structure *structure)
{
	if (!structure)
		return;
	for (size_t i = 0; i < structure->count; i++)
		free(structure->parts[i].boundary);
	free(structure->parts);
	str_done(&structure->header);
	*structure = (struct structure){ .header = STR_INIT };
}

/* The header of a part */

static const struct header_field *find(const struct header *header, const char *name,
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

	for (size_t i = 0; i < sizeof sealed / sizeof *sealed; i++)
		if (strcmp(type->value, sealed[i]) == 0)
			return true;
	return false;
}

static void judge_type(struct part *part, const struct content_type *type)
{
	const char *boundary = content_type_find(type, "boundary");
	bool is_container = is_identity(part->encoding) && part->depth < STRUCTURE_DEPTH_MAX;

	part->is_text = content_type_is(type, "text/");
	part->is_digest = strcmp(type->value, "multipart/digest") == 0;
	part->is_sealed |= is_sealed_type(type);
	if (!is_container)
		return;
	if (content_type_is(type, "multipart/") && boundary && *boundary &&
	    strlen(boundary) <= BOUNDARY_MAX) {
		part->kind = PART_MULTIPART;
		part->boundary = mem_copy(boundary);
	} else if (strcmp(type->value, "message/rfc822") == 0 ||
		   strcmp(type->value, "message/global") == 0) {
		part->kind = PART_MESSAGE;
	}
}

/* RFC 2046 section 5.1.5: what is in a digest is a message, unless it says something else. */
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
	part->has_type = find(&header, "Content-Type", &body, &len);
	part->has_encoding = find(&header, "Content-Transfer-Encoding", &encoding, &encoding_len);
	if (part->has_encoding)
		part->encoding = encoding_find(encoding, encoding_len);
	content_type_init(&type, body, len);
	judge_type(part, &type);
	if (s->current == 0) {
		s->is_mime = header_find(&header, "MIME-Version") != NULL;
		part->is_header_sealed = header_find(&header, "DKIM-Signature") != NULL;
		part->is_sealed |= part->is_header_sealed;
	}
}

/* Lines */

static void finish_header(struct structure *s)
{
	judge_header(s);
	current(s)->body_at = s->at;
	if (current(s)->kind == PART_MESSAGE)
		add_part(s, s->current, s->at);
	else
		enter(s, IN_BODY);
}

/* Whether the line is "--boundary" or "--boundary--" with nothing but blanks behind it. */
static bool is_boundary(const struct structure *s, const char *boundary, bool *is_last)
{
	size_t len = strlen(boundary);
	size_t at = 2 + len;

	if (s->start_len < at || s->line_len > sizeof s->start ||
	    memcmp(s->start + 2, boundary, len) != 0)
		return false;
	*is_last = s->start_len >= at + 2 && memcmp(s->start + at, "--", 2) == 0;
	at += *is_last ? 2 : 0;
	while (at < s->start_len && strchr(" \t\r\n", s->start[at]) && s->start[at])
		at++;
	return at == s->start_len;
}

/* The innermost open multipart whose boundary the line is; its end ends all that is in it. */
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

/* Where what came before the line ends: the CRLF belongs to the boundary. */
static uint64_t end_before_line(const struct structure *s, uint64_t begin)
{
	return s->line_at >= begin + 2 ? s->line_at - 2 : begin;
}

/* A boundary stands in the header: that is all there is of the part. */
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
	if (part->inner_at == 0)
		part->inner_at = part->end;
	if (!part->is_closed || part->epilogue_at > part->end)
		part->epilogue_at = part->end;
}

static void take_boundary(struct structure *s, size_t owner, bool is_last)
{
	for (size_t i = s->current; i != owner; i = s->parts[i].parent)
		close_part(s, &s->parts[i], end_before_line(s, s->parts[i].body_at));
	struct part *part = &s->parts[owner];
	if (part->inner_at == 0)
		part->inner_at = s->line_at;
	s->current = owner;
	if (!is_last) {
		add_part(s, owner, s->at);
		return;
	}
	part->is_closed = true;
	part->epilogue_at = s->at;
	enter(s, IN_EPILOGUE);
}

static void end_line(struct structure *s)
{
	size_t owner;
	bool is_last;

	if (find_boundary(s, &owner, &is_last))
		take_boundary(s, owner, is_last);
	else if (s->place == IN_HEADER && s->line_len == 2 && s->start[0] == '\r')
		finish_header(s);
	s->line_at = s->at;
	s->line_len = s->start_len = 0;
}

/* Part of a line, or the rest of it; what counts of a long one stands at its beginning. */
static void take_piece(struct structure *s, const char *bytes, size_t len)
{
	size_t room = sizeof s->start - s->start_len;
	size_t kept = len < room ? len : room;

	memcpy(s->start + s->start_len, bytes, kept);
	s->start_len += kept;
	s->line_len += len;
	s->at += len;
	facts_take(&s->scan, bytes, len);
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
			       _("the message has too many parts, or one with too long a header"));
	facts_end(&s->scan);
	s->line_at = s->at;
	for (size_t i = s->current;; i = s->parts[i].parent) {
		close_part(s, &s->parts[i], s->at);
		if (i == 0)
			return true;
	}
}
