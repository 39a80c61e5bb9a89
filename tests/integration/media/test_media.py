"""What the media subgraph does, done on a bucket."""

from tests.subgraphs.media.test_done_again import *  # noqa: F403 - the tests themselves
from tests.subgraphs.media.test_http import (
    headers as headers,
)
from tests.subgraphs.media.test_http import (
    test_a_form_s_file_is_kept as test_a_form_s_file_is_kept,
)
from tests.subgraphs.media.test_http import (
    test_a_raw_body_is_kept as test_a_raw_body_is_kept,
)
from tests.subgraphs.media.test_http import (
    test_pictures_get_a_thumbnail as test_pictures_get_a_thumbnail,
)
from tests.subgraphs.media.test_http import (
    test_what_is_no_single_good_file_is_refused as test_what_is_no_single_good_file_is_refused,
)
from tests.subgraphs.media.test_media import *  # noqa: F403
from tests.subgraphs.media.test_shown import *  # noqa: F403
from tests.subgraphs.media.test_upload_file import *  # noqa: F403
