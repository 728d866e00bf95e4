/* runrequest.c - requests to the process that is already running the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/runrequest.h"

#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAITING "request."
#define TAKEN   "running." /* of the same length */

enum { PREFIX_LEN = sizeof WAITING - 1, TEXTS = 3 };

/* The letters of -qI, -qS and -qR. */
static const char letters[TEXTS] = { 'I', 'S', 'R' };

static const char *text_of(const struct runrequest *request, size_t i)
{
	const char *const texts[TEXTS] = { request->id, request->sender, request->recipient };

	return texts[i];
}

void runrequest_done(struct runrequest *request)
{
	free(request->own);
	*request = (struct runrequest){ 0 };
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool runrequest_is_same(const struct runrequest *a, const struct runrequest *b)
{
	for (size_t i = 0; i < TEXTS; i++)
		if (!is_same_text(text_of(a, i), text_of(b, i)))
			return false;
	return a->ignores_schedule == b->ignores_schedule;
}

/* The form: "f" or "q", then for each text a comma, its letter, and the text with %XX escapes. */

static bool is_request_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("@._+-=", c));
}

static void add_request_text(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (is_request_byte(*text))
			str_add_char(out, *text);
		else
			str_addf(out, "%%%02X", (unsigned char)*text);
	}
}

void runrequest_add(struct str *out, const struct runrequest *request)
{
	str_add_char(out, request->ignores_schedule ? 'f' : 'q');
	for (size_t i = 0; i < TEXTS; i++) {
		if (!text_of(request, i))
			continue;
		str_add_char(out, ',');
		str_add_char(out, letters[i]);
		add_request_text(out, text_of(request, i));
	}
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* The byte of "%XX"; NUL: not an escaped byte. */
static char read_escape(const char *at)
{
	int high = hex_value(at[1]);
	int low = high >= 0 ? hex_value(at[2]) : -1;

	return low >= 0 ? (char)(high * 16 + low) : '\0';
}

/*
 * Decodes a text up to a comma or the end, in place, as it only gets shorter. Returns the rest;
 * NULL: add_request_text does not make this text.
 */
static char *unescape(char *from)
{
	char *to = from;

	while (*from && *from != ',') {
		char escaped = *from == '%' ? read_escape(from) : '\0';
		if (!is_request_byte(*from) && !escaped)
			return NULL;
		*to++ = escaped ? escaped : *from;
		from += escaped ? 3 : 1;
	}
	char *rest = from + (*from == ',');
	*to = '\0';
	return rest;
}

/* `at` is after a comma, or at the end. */
static bool read_texts(struct runrequest *request, char *at)
{
	const char **const texts[TEXTS] = { &request->id, &request->sender, &request->recipient };

	for (size_t i = 0; i < TEXTS; i++) {
		if (*at != letters[i])
			continue;
		*texts[i] = at + 1;
		at = unescape(at + 1);
		if (!at)
			return false;
	}
	return !*at;
}

/* Whether the request has this form: each request has one form only. */
static bool is_form_of(const struct runrequest *request, const char *form)
{
	CLEANUP(str_done) struct str made = STR_INIT;

	runrequest_add(&made, request);
	return strcmp(made.bytes, form) == 0;
}

bool runrequest_read(struct runrequest *request, const char *form)
{
	*request = (struct runrequest){ .ignores_schedule = form[0] == 'f' };
	if (form[0] != 'f' && form[0] != 'q')
		return false;
	if (!form[1])
		return true;
	request->own = mem_copy(form);
	if (form[1] == ',' && read_texts(request, request->own + 2) && is_form_of(request, form))
		return true;
	runrequest_done(request);
	return false;
}

static bool is_of_kind(const char *name, const char *prefix)
{
	struct runrequest request;

	if (strncmp(name, prefix, PREFIX_LEN) != 0 || !runrequest_read(&request, name + PREFIX_LEN))
		return false;
	runrequest_done(&request);
	return true;
}

/* A name in another form is no request, as it would never be removed. */
static bool is_waiting(const char *name)
{
	return is_of_kind(name, WAITING);
}

static bool is_taken(const char *name)
{
	return is_of_kind(name, TAKEN);
}

static bool list(struct spool *spool, bool (*is_wanted)(const char *), struct spool_ids *names,
		 struct err *err)
{
	return spool_list_names(spool->top, is_wanted, names) ||
	       err_sys(err, ERR_IO, errno, _("cannot read the folder %s"), spool->path);
}

bool runrequests_find(struct spool *spool, bool *has_any, struct err *err)
{
	CLEANUP(spool_ids_done) struct spool_ids names = { 0 };

	*has_any = false;
	if (!list(spool, is_waiting, &names, err))
		return false;
	*has_any = names.count > 0;
	return true;
}

static bool has_room(struct spool *spool, struct err *err)
{
	CLEANUP(spool_ids_done) struct spool_ids names = { 0 };

	if (!list(spool, is_waiting, &names, err))
		return false;
	return names.count < RUNREQUESTS_MAX ||
	       err_set(err, ERR_DEFER, _("too many different requests wait for it"));
}

bool runrequest_leave(struct spool *spool, const struct runrequest *request, struct err *err)
{
	CLEANUP(str_done) struct str name = STR_INIT;

	str_add(&name, WAITING);
	runrequest_add(&name, request);
	if (name.len > NAME_MAX)
		return err_set(err, ERR_DEFER, _("the text to look for is too long"));
	if (!has_room(spool, err))
		return false;
	CLEANUP(fs_close_at)
	int fd = openat(spool->top, name.bytes,
			O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	return fd >= 0 ||
	       err_sys(err, ERR_SYSTEM, errno, _("cannot write to the queue %s"), spool->path);
}

/* From now on a new request of the same form is another file. */
static bool mark_taken(const struct spool *spool, const char *name)
{
	CLEANUP(mem_free_at) char *taken = mem_copy(name);

	memcpy(taken, TAKEN, PREFIX_LEN);
	return renameat(spool->top, name, spool->top, taken) == 0;
}

static bool take_waiting(struct spool *spool, struct err *err)
{
	CLEANUP(spool_ids_done) struct spool_ids names = { 0 };

	if (!list(spool, is_waiting, &names, err))
		return false;
	for (size_t i = 0; i < names.count; i++)
		if (!mark_taken(spool, names.items[i]))
			return err_sys(err, ERR_IO, errno, _("cannot write to the queue %s"),
				       spool->path);
	return true;
}

bool runrequests_take(struct spool *spool, struct runrequests *requests, struct err *err)
{
	CLEANUP(spool_ids_done) struct spool_ids names = { 0 };

	*requests = (struct runrequests){ 0 };
	if (!take_waiting(spool, err) || !list(spool, is_taken, &names, err))
		return false;
	for (size_t i = 0; i < names.count; i++) {
		mem_grow(requests->items, requests->count);
		requests->count += runrequest_read(&requests->items[requests->count],
						   names.items[i] + PREFIX_LEN);
	}
	return true;
}

bool runrequests_finish(struct spool *spool, const struct runrequests *requests, struct err *err)
{
	for (size_t i = 0; i < requests->count; i++) {
		CLEANUP(str_done) struct str name = STR_INIT;
		str_add(&name, TAKEN);
		runrequest_add(&name, &requests->items[i]);
		if (unlinkat(spool->top, name.bytes, 0) < 0 && errno != ENOENT)
			return err_sys(err, ERR_IO, errno, _("cannot write to the queue %s"),
				       spool->path);
	}
	return true;
}

void runrequests_done(struct runrequests *requests)
{
	for (size_t i = 0; i < requests->count; i++)
		runrequest_done(&requests->items[i]);
	free(requests->items);
	*requests = (struct runrequests){ 0 };
}
