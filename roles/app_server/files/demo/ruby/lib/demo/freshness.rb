# frozen_string_literal: true

require "json"
require "openssl"
require "zlib"

module Demo
  # The client's proof of its last write, so that its next read can wait for it.
  #
  # Signed, because a made-up GTID set would let anyone make every read wait out its bound. The format is that of
  # itsdangerous (URLSafeTimedSerializer), so that a proof stays good when the application changes its language.
  class Freshness
    HEADER = "HTTP_READ_AFTER"
    COOKIE = "read_after"
    MAX_AGE_SECONDS = 60 # far more than a replica may lag and still be called fit
    MAX_LENGTH = 3000 # a cookie ends at 4096

    def initialize(secret_key, clock: -> { Time.now.to_i })
      @key = OpenSSL::Digest.digest("SHA1", "read-aftersigner#{secret_key}")
      @clock = clock
    end

    # Signs a GTID set; nothing where there is none or it is too long to carry.
    def proof(gtid_set)
      return "" if gtid_set.empty?

      plain = JSON.generate(gtid_set)
      small = Zlib.deflate(plain)
      content = small.bytesize < plain.bytesize - 1 ? ".#{pack(small)}" : pack(plain)
      dated = "#{content}.#{pack([@clock.call].pack('Q>').sub(/\A\0+/n, ''))}"
      signed = "#{dated}.#{pack(sign(dated))}"
      signed.size <= MAX_LENGTH ? signed : ""
    end

    # Reads the first proof that is ours and young enough; nothing if none is.
    def gtid_set(*proofs)
      proofs.compact.lazy.map { |proof| read(proof) }.find { |found| !found.empty? } || ""
    end

    private

    def read(proof)
      dated, content, date, signature = /\A((.*)\.([\w-]+))\.([\w-]+)\z/.match(proof)&.captures
      return "" unless dated && OpenSSL.secure_compare(unpack(signature), sign(dated))

      age = @clock.call - unpack(date).unpack1("H*").hex
      return "" unless (0..MAX_AGE_SECONDS).cover?(age)

      JSON.parse(content.start_with?(".") ? Zlib.inflate(unpack(content[1..])) : unpack(content))
    rescue ArgumentError # a part that is no Base64
      ""
    end

    def sign(text) = OpenSSL::HMAC.digest("SHA1", @key, text)

    # Base64 for addresses, without padding.
    def pack(bytes) = [bytes].pack("m0").tr("+/", "-_").delete("=")
    def unpack(text) = "#{text.tr('-_', '+/')}#{'=' * (-text.size % 4)}".unpack1("m0")
  end
end
