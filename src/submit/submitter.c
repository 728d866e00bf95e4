/* submitter.c - the user at the other end of a session: identity, limits, bounce address */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/submitter.h"

#include "base/ascii.h"
#include "base/log.h"
#include "base/machine.h"
#include "prepare/localname.h"
#include "queue/places.h"
#include "submit/choice.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const struct usage submitter_limit = { .count = SUBMITTER_MESSAGES_MAX,
				       .bytes = SUBMITTER_MEGABYTES_MAX * 1000000ULL };

void submitter_identify(struct submitter *submitter)
{
	struct ucred peer;
	struct sockaddr address;
	socklen_t address_len = sizeof address;
	socklen_t peer_len = sizeof peer;

	*submitter = (struct submitter){ .uid = getuid() };
	if (getsockname(STDIN_FILENO, &address, &address_len) < 0 || address.sa_family != AF_UNIX ||
	    getsockopt(STDIN_FILENO, SOL_SOCKET, SO_PEERCRED, &peer, &peer_len) < 0)
		return;
	submitter->uid = peer.uid;
	submitter->is_peer = true;
}

bool submitter_is_stranger(const struct submitter *submitter)
{
	return submitter->is_peer && submitter->uid != 0 && submitter->uid != geteuid();
}

/* The queue of most messages of this session. The exact queue is known only with a sender. */
static char *queue_path(const struct request *request)
{
	CLEANUP(job_done) struct job job;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(places_done) struct places places = { 0 };

	job_init(&job, request);
	if (!choice_without_message(&job, &err))
		log_debug("%s", err.text);
	const char *folder = job.has_account ? job.account.settings.queue_folder
					     : request->settings.queue_folder;
	if (folder)
		return mem_copy(folder);
	places_add_for_new(&places);
	return places.count > 0 ? mem_copy(places.paths[0]) : NULL;
}

bool submitter_take_place(const struct submitter *submitter, const struct request *request,
			  int *place)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;
	CLEANUP(mem_free_at) char *path = NULL;

	*place = -1;
	spool_init(&spool);
	if (!submitter->is_peer)
		return true;
	path = queue_path(request);
	if (!path || !spool_open(&spool, path, true, &err))
		return true;
	*place = usage_take_place(&spool, submitter->uid, SUBMITTER_SESSIONS_MAX);
	bool is_full = *place == -1;
	if (*place < 0)
		*place = -1;
	return !is_full;
}

/* Addresses */

/* The `from` of the account in the config. In the job's account, `from` is the submitted sender. */
static const char *own_from(const struct job *job)
{
	const struct account *own = job->has_account && job->account.name
					    ? config_find(&job->config, job->account.name)
					    : NULL;

	return own ? own->settings.from : NULL;
}

/* The domain of an address; NULL if there is none, or if it has wildcards. */
static const char *domain_of(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;

	return at && at[1] && !strpbrk(at, "*?%[") ? at + 1 : NULL;
}

static bool is_word_of(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (list && *(list += strspn(list, " \t,"))) {
		size_t step = strcspn(list, " \t,");
		if (step == len && ascii_begins(list, word))
			return true;
		list += step;
	}
	return false;
}

static bool is_local(const struct job *job, const char *domain, const char *mail_domain)
{
	const char *from = domain_of(own_from(job));

	return ascii_compare(domain, mail_domain) == 0 ||
	       ascii_compare(domain, machine_name()) == 0 ||
	       ascii_compare(domain, "localhost") == 0 ||
	       (from && ascii_compare(domain, from) == 0) ||
	       is_word_of(job->account.settings.local_domains, domain);
}

static bool is_own(const struct job *job, const char *name, const char *mail_domain)
{
	const char *sender = job->envelope->sender;
	const char *from = own_from(job);
	const char *at = strrchr(sender, '@');
	size_t len = strlen(name);

	if (domain_of(from) && address_compare(sender, from) == 0)
		return true;
	return at && ascii_begins(sender, name) && (sender[len] == '@' || sender[len] == '+') &&
	       is_local(job, at + 1, mail_domain);
}

char *submitter_bounce(const struct job *job)
{
	const struct passwd *user = getpwuid(job->uid);
	CLEANUP(mem_free_at) char *domain = localname_domain(&job->account.settings);
	CLEANUP(err_done) struct err unfit = ERR_INIT;

	if (!user)
		return mem_copy("");
	if (is_own(job, user->pw_name, domain))
		return NULL;
	CLEANUP(mem_free_at) char *address = str_format("%s@%s", user->pw_name, domain);
	return address_check(address, &unfit) ? mem_take(&address) : mem_copy("");
}
