/* job.c - a request with config, account, queue, message and envelope */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/job.h"

#include <unistd.h>

void job_init(struct job *job, const struct request *request)
{
	*job = (struct job){ .request = request, .uid = getuid() };
	config_init(&job->config);
	spool_init(&job->spool);
	entry_init(&job->entry);
	message_init(&job->message);
	job->envelope = &job->entry.record.envelope;
}

void job_done(struct job *job)
{
	account_done(&job->account);
	config_done(&job->config);
	err_done(&job->obstacle);
	message_done(&job->message);
	entry_release(&job->entry);
	spool_close(&job->spool);
	err_done(&job->no_queue);
	address_faults_done(&job->unreadable);
}

bool job_qualifies(const struct job *job)
{
	return (job->request->contract == CONTRACT_SENDMAIL && !job->lacks_config) ||
	       job->request->composition.is_wanted;
}
