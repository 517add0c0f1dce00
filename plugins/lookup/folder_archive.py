# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lookup folder_archive: a folder of the controller as one archive."""

from __future__ import annotations

DOCUMENTATION = r"""
name: folder_archive
version_added: 0.1.0
short_description: A folder of the controller, as one archive
description:
  - Packs a folder into a tar archive and returns it in Base64. Several are laid over each other, and a file of a later
    one takes the place of an earlier one's.
  - One task can then ship what would take one for each file.
  - The same content gives the same text, so its hash names the content. Nothing is written on the controller.
options:
  _terms:
    description: Folders on the controller. Files named C(__pycache__) are left out.
    type: list
    elements: path
    required: true
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The application is unpacked into a folder that its content names
  ansible.builtin.shell:
    cmd: base64 --decode | tar --extract --directory=/srv/demo
    stdin: "{{ lookup('scaleup.webstack.folder_archive', ['/srv/shop/pages', '/srv/shop/code']) }}"
"""

RETURN = r"""
_raw:
  description: The archive, in Base64.
  type: list
  elements: str
"""

import base64
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.scaleup.webstack.plugins.plugin_utils.archive import archive


class LookupModule(LookupBase):  # type: ignore[misc]  # Ansible has no types
    """The lookup."""

    def run(self, terms: list[str], variables: Any = None, **kwargs: Any) -> list[str]:
        """Return the archives."""
        self.set_options(var_options=variables, direct=kwargs)
        folders = [Path(term) for term in self._flatten(terms)]
        for folder in folders:
            if not folder.is_dir():
                raise AnsibleLookupError(f"scaleup.webstack.folder_archive: {folder} is no folder on the controller.")
        return [base64.b64encode(archive(folders)).decode()]
