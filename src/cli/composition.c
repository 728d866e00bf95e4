/* composition.c - the parts of a message to make, as the command line names them */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/composition.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

void composition_done(struct composition *composition)
{
	free(composition->attachments);
	free(composition->addressees);
	*composition = (struct composition){ 0 };
}

static void add_attachment(struct composition *composition, const char *path)
{
	mem_grow(composition->attachments, composition->attachment_count);
	composition->attachments[composition->attachment_count++] =
		(struct attachment){ .path = path };
}

static bool name_attachment(struct composition *composition, const char *name, struct err *err)
{
	size_t count = composition->attachment_count;

	if (count == 0 || composition->attachments[count - 1].name)
		return err_set(err, ERR_USAGE,
			       _("--attach-name must follow the --attach that it names"));
	composition->attachments[count - 1].name = name;
	if (!*composition_attachment_name(&composition->attachments[count - 1]))
		return err_set(err, ERR_USAGE, _("--attach-name: expected the name of a file"));
	return true;
}

static void add_addressees(struct composition *composition, enum compose_option option,
			   const char *list)
{
	mem_grow(composition->addressees, composition->addressees_count);
	composition->addressees[composition->addressees_count++] =
		(struct addressees){ option, list };
}

/* Sets an option that may be given once: a second value would replace the first. */
static bool take_once(const char **place, const char *name, const char *text, struct err *err)
{
	if (*place)
		return err_set(err, ERR_USAGE, _("%s: given twice"), name);
	*place = text;
	return true;
}

bool composition_take(struct composition *composition, enum compose_option option, const char *text,
		      struct err *err)
{
	composition->is_wanted = true;
	switch (option) {
	case COMPOSE_SUBJECT:
		return take_once(&composition->subject, "--subject", text, err);
	case COMPOSE_BODY_FILE:
		return take_once(&composition->body_file, "--body-file", text, err);
	case COMPOSE_HTML_FILE:
		return take_once(&composition->html_file, "--html-file", text, err);
	case COMPOSE_ATTACH:
		add_attachment(composition, text);
		return true;
	case COMPOSE_ATTACH_NAME:
		return name_attachment(composition, text, err);
	case COMPOSE_TO:
	case COMPOSE_CC:
	case COMPOSE_BCC:
	case COMPOSE_REPLY_TO:
		break;
	}
	add_addressees(composition, option, text);
	return true;
}

bool composition_is_stdin(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

/* Counts the options that name standard input. */
static size_t count_stdin(const struct composition *composition)
{
	size_t count = 0;

	count += composition_is_stdin(composition->body_file);
	count += composition_is_stdin(composition->html_file);
	for (size_t i = 0; i < composition->attachment_count; i++)
		count += composition_is_stdin(composition->attachments[i].path);
	return count;
}

bool composition_check(const struct composition *composition, struct err *err)
{
	if (count_stdin(composition) > 1)
		return err_set(err, ERR_USAGE, _("standard input (-) can be used only once"));
	for (size_t i = 0; i < composition->attachment_count; i++) {
		const struct attachment *attachment = &composition->attachments[i];
		if (composition_is_stdin(attachment->path) && !attachment->name)
			return err_set(err, ERR_USAGE,
				       _("--attach - needs --attach-name, the name for the file"));
	}
	return true;
}

bool composition_has_text_on_stdin(const struct composition *composition)
{
	return composition->body_file ? composition_is_stdin(composition->body_file)
				      : count_stdin(composition) == 0;
}

bool composition_reads_stdin(const struct composition *composition)
{
	return composition_has_text_on_stdin(composition) || count_stdin(composition) > 0;
}

const char *composition_attachment_name(const struct attachment *attachment)
{
	const char *name = attachment->name ? attachment->name : attachment->path;
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}
