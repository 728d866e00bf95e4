/* userlist.c - reading the users of the system */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/userlist.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/proc.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIST_SECONDS = 120, LIST_MAX = 256 * 1024 * 1024, PIECE = 64 * 1024 };

/* In the child: sends each entry as four texts, each ending with NUL: name, home, uid, gid. */

static void add_text(struct str *out, const char *text)
{
	str_add(out, text ? text : "");
	str_add_char(out, '\0');
}

static void add_entry(struct str *out, const struct passwd *entry)
{
	add_text(out, entry->pw_name);
	add_text(out, entry->pw_dir);
	str_addf(out, "%u", entry->pw_uid);
	str_add_char(out, '\0');
	str_addf(out, "%u", entry->pw_gid);
	str_add_char(out, '\0');
}

static void send_off(struct str *out, int answer)
{
	if (!fs_write_all(answer, out->bytes, out->len))
		_exit(1);
	str_clear(out);
}

/* Whether getpwent(3) failed. Some databases set other errors at their end. */
static bool is_failure(int number)
{
	return number == EIO || number == EMFILE || number == ENFILE || number == ENOMEM ||
	       number == EACCES;
}

/* Writes all entries, then an entry with an empty name; its home is the error text, or empty. */
static void write_users(void *arg, int answer)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	const struct passwd *entry;

	(void)arg;
	setpwent();
	for (errno = 0; (entry = getpwent()); errno = 0) {
		add_entry(&out, entry);
		if (out.len >= PIECE)
			send_off(&out, answer);
	}
	const struct passwd end = { .pw_dir = is_failure(errno) ? strerror(errno) : NULL };
	add_entry(&out, &end);
	send_off(&out, answer);
}

/* In the parent */

/* Returns the next text and moves on past it; NULL at the end. */
static const char *next_text(const struct str *in, size_t *at)
{
	const char *text = in->bytes + *at;

	if (*at >= in->len)
		return NULL;
	*at += strlen(text) + 1;
	return text;
}

static void user_done(struct user *user)
{
	free(user->name);
	free(user->home);
}

/*
 * Whether an entry is a user. setresuid(2) ignores the id -1, and names with a sign are NIS
 * directives.
 */
static bool is_usable(const struct user *user)
{
	return user->name[0] && user->name[0] != '+' && user->name[0] != '-' &&
	       user->uid != (uid_t)-1 && user->gid != (gid_t)-1;
}

/* Adds the user to the list, which owns it now, or frees it. */
static void add_user(struct userlist *list, struct user user)
{
	if (!is_usable(&user)) {
		user_done(&user);
		return;
	}
	mem_grow(list->users, list->count);
	list->users[list->count++] = user;
}

/* Reads the entries. If the final entry is missing, the list is incomplete. */
static bool take_users(struct userlist *list, const struct str *in, struct err *err)
{
	size_t at = 0;

	for (;;) {
		const char *name = next_text(in, &at);
		const char *home = next_text(in, &at);
		const char *uid = next_text(in, &at);
		const char *gid = next_text(in, &at);
		if (!gid)
			return err_set(err, ERR_SYSTEM, _("the list of users is incomplete"));
		if (!*name)
			return !*home || err_set(err, ERR_SYSTEM,
						 _("cannot read the list of users: %s"), home);
		add_user(list, (struct user){ .name = mem_copy(name),
					      .home = mem_copy(home),
					      .uid = (uid_t)strtoul(uid, NULL, 10),
					      .gid = (gid_t)strtoul(gid, NULL, 10) });
	}
}

/* Sorts by uid. root is the first of the users with uid 0. */
static int compare(const void *a, const void *b)
{
	const struct user *one = a;
	const struct user *other = b;

	if (one->uid != other->uid)
		return one->uid < other->uid ? -1 : 1;
	bool is_root = strcmp(one->name, "root") == 0;
	if (one->uid == 0 && is_root != (strcmp(other->name, "root") == 0))
		return is_root ? -1 : 1;
	return strcmp(one->home, other->home);
}

static void sort(struct userlist *list)
{
	size_t kept = 0;

	if (list->count > 0)
		qsort(list->users, list->count, sizeof *list->users, compare);
	for (size_t i = 0; i < list->count; i++) {
		struct user *user = &list->users[i];
		const struct user *last = kept > 0 ? &list->users[kept - 1] : NULL;
		if (last && last->uid == user->uid &&
		    (user->uid == 0 || strcmp(last->home, user->home) == 0))
			user_done(user);
		else
			list->users[kept++] = *user;
	}
	list->count = kept;
}

bool userlist_read(struct userlist *list, struct err *err)
{
	CLEANUP(str_done) struct str answer = STR_MAX(LIST_MAX);

	*list = (struct userlist){ 0 };
	if (!proc_call(write_users, NULL, clock_after(LIST_SECONDS), &answer, err))
		return err_wrap(err, _("the list of users"));
	bool is_whole = take_users(list, &answer, err);
	sort(list);
	return is_whole;
}

void userlist_done(struct userlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		user_done(&list->users[i]);
	free(list->users);
	*list = (struct userlist){ 0 };
}
