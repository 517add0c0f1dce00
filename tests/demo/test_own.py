"""What the demo in Node and in Ruby decides without a server: their own tests, in their own languages."""


def test_they_pass(own_tests):
    assert own_tests.returncode == 0, own_tests.stdout + own_tests.stderr
    assert "0 failures, 0 errors" in own_tests.stdout or "# fail 0" in own_tests.stdout, own_tests.stdout
