/* completion.h - the completion files of the shells */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/* Each function prints the completion file of a shell. */
void completion_bash(void);
void completion_zsh(void);
void completion_fish(void);
