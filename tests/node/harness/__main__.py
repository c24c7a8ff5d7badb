# SPDX-License-Identifier: BSD-2-Clause
import sys

from .runner import main

sys.exit(main())
