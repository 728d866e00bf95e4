/* resolve.c - from a host's name to its addresses */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/resolve.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/proc.h"
#include "net/host.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CANONICAL_MAX = 1024 };

struct question {
	const char *host;
	char port[16];
	int flags;
};

/* The child's answer in its pipe; the canonical name follows it. */
struct answer {
	int status; /* the status of getaddrinfo */
	size_t count;
	struct endpoint items[ENDPOINTS_MAX];
};

static struct question make_question(const char *host, int port, int flags)
{
	struct question question = { .host = host, .flags = flags };

	snprintf(question.port, sizeof question.port, "%d", port);
	return question;
}

/* Limits each family to half of the list, so that one does not crowd out the other. */
static bool has_room(const struct endpoints *endpoints, int family)
{
	size_t count = 0;

	for (size_t i = 0; i < endpoints->count; i++)
		count += endpoints->items[i].address.ss_family == family;
	return count < ENDPOINTS_MAX / 2;
}

static int ask(const struct question *question, struct endpoints *endpoints)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
					.ai_socktype = SOCK_STREAM,
					.ai_flags = question->flags };
	struct addrinfo *list = NULL;
	int status = getaddrinfo(question->host, question->port, &hints, &list);

	if (status != 0)
		return status;
	if (list->ai_canonname)
		endpoints->canonical = mem_copy(list->ai_canonname);
	for (struct addrinfo *a = list; a; a = a->ai_next)
		if (has_room(endpoints, a->ai_family))
			(void)endpoints_add(endpoints, a->ai_addr, a->ai_addrlen);
	freeaddrinfo(list);
	return 0;
}

/* Runs in the child. */
static void answer_question(void *arg, int pipe)
{
	CLEANUP(endpoints_done) struct endpoints found = { .count = 0 };
	struct answer answer = { .status = ask(arg, &found), .count = found.count };
	const char *name = found.canonical ? found.canonical : "";

	memcpy(answer.items, found.items, found.count * sizeof *found.items);
	if (!fs_write_all(pipe, &answer, sizeof answer) ||
	    !fs_write_all(pipe, name, strnlen(name, CANONICAL_MAX)))
		_exit(1);
}

static bool judge_resolver(int status, size_t count, struct err *err)
{
	switch (status) {
	case 0:
		return count > 0 || err_set(err, ERR_NOHOST, _("the host name has no address"));
	case EAI_NONAME:
		return err_set(err, ERR_NOHOST, _("the host name does not exist"));
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
		return err_set(err, ERR_NOHOST, _("the host name has no address"));
	default:
		return err_set(err, ERR_NET, _("the host name can't be looked up: %s"),
			       gai_strerror(status));
	}
}

static bool take_answer(const struct str *bytes, struct endpoints *endpoints, struct err *err)
{
	struct answer answer;

	if (bytes->len < sizeof answer)
		return err_set(err, ERR_NET, _("the host name can't be looked up"));
	memcpy(&answer, bytes->bytes, sizeof answer);
	endpoints->count = answer.count <= ENDPOINTS_MAX ? answer.count : 0;
	memcpy(endpoints->items, answer.items, sizeof answer.items);
	if (bytes->len > sizeof answer)
		endpoints->canonical = mem_copy(bytes->bytes + sizeof answer);
	return judge_resolver(answer.status, endpoints->count, err);
}

bool resolve_address(const char *text, int port, struct endpoints *endpoints)
{
	const struct question question = make_question(text, port, AI_NUMERICHOST);

	*endpoints = (struct endpoints){ .count = 0 };
	return ask(&question, endpoints) == 0;
}

/* "localhost" is this machine, whatever DNS or /etc/hosts says (RFC 6761 section 6.3). */
static void resolve_localhost(int port, struct endpoints *endpoints)
{
	const struct question four = make_question("127.0.0.1", port, AI_NUMERICHOST);
	const struct question six = make_question("::1", port, AI_NUMERICHOST);

	*endpoints = (struct endpoints){ .count = 0 };
	(void)ask(&four, endpoints);
	(void)ask(&six, endpoints);
	endpoints->canonical = mem_copy("localhost");
}

bool resolve_host(const char *host, int port, int64_t deadline, struct endpoints *endpoints,
		  struct err *err)
{
	struct question question = make_question(host, port, AI_CANONNAME);
	CLEANUP(str_done) struct str bytes = STR_MAX(sizeof(struct answer) + CANONICAL_MAX);

	if (resolve_address(host, port, endpoints))
		return true;
	if (host_is_inside(host, "localhost")) {
		resolve_localhost(port, endpoints);
		return true;
	}
	if (!proc_call(answer_question, &question, deadline, &bytes, err))
		return err_wrap(err, _("looking up the host name"));
	return take_answer(&bytes, endpoints, err);
}
