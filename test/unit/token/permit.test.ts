import { expect } from "chai";
import { MaxUint256, recoverAddress, Signature, TypedDataEncoder, ZeroAddress, type TypedDataDomain } from "ethers";

import { CAP, deployDollar, UNIT, type Fixture } from "./fixture.js";

const TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** Order of the secp256k1 group: s and N - s sign the same message. */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** What a permit says. */
interface Message {
  owner: string;
  spender: string;
  value: bigint;
  nonce: bigint;
  deadline: bigint;
}

describe("PlimsollDollar: permit", () => {
  let f: Fixture;
  let domain: TypedDataDomain;
  let message: Message;

  beforeEach(async () => {
    f = await deployDollar();
    const { chainId } = await f.ethers.provider.getNetwork();
    domain = { name: "Plimsoll Dollar", version: "1", chainId, verifyingContract: f.address };
    const block = await f.ethers.provider.getBlock("latest");
    message = {
      owner: f.alice.address,
      spender: f.bob.address,
      value: 5n * UNIT,
      nonce: 0n,
      deadline: BigInt(block?.timestamp ?? 0) + 3600n,
    };
  });

  /** Signs `signed` as Alice under `under`. */
  async function sign(signed: Message = message, under: TypedDataDomain = domain): Promise<Signature> {
    return Signature.from(await f.alice.signTypedData(under, TYPES, signed));
  }

  /** Hands in `given` with a signature; anybody may. */
  function submit(given: Message, signature: { v: number; r: string; s: string }) {
    return f.dollar
      .connect(f.other)
      .permit(given.owner, given.spender, given.value, given.deadline, signature.v, signature.r, signature.s);
  }

  /** The account that a signature over `given` under this token's domain recovers to. */
  function recovered(given: Message, signature: Signature): string {
    return recoverAddress(TypedDataEncoder.hash(domain, TYPES, given), signature);
  }

  async function expectNothingChanged() {
    expect(await f.dollar.allowance(f.alice.address, f.bob.address)).to.equal(0n);
    expect(await f.dollar.nonces(f.alice.address)).to.equal(0n);
  }

  it("sets the allowance, spends the nonce and says so", async () => {
    await expect(submit(message, await sign()))
      .to.emit(f.dollar, "Approval")
      .withArgs(f.alice.address, f.bob.address, message.value);
    expect(await f.dollar.allowance(f.alice.address, f.bob.address)).to.equal(message.value);
    expect(await f.dollar.nonces(f.alice.address)).to.equal(1n);
  });

  it("publishes the domain that wallets sign under", async () => {
    expect(await f.dollar.DOMAIN_SEPARATOR()).to.equal(TypedDataEncoder.hashDomain(domain));
    const published = await f.dollar.eip712Domain();
    expect(published.name).to.equal(domain.name);
    expect(published.version).to.equal(domain.version);
    expect(published.chainId).to.equal(domain.chainId);
    expect(published.verifyingContract).to.equal(f.address);
  });

  it("is accepted in the very second of its deadline", async () => {
    const signature = await sign();
    await f.connection.networkHelpers.time.setNextBlockTimestamp(message.deadline);
    await submit(message, signature);
    expect(await f.dollar.allowance(f.alice.address, f.bob.address)).to.equal(message.value);
  });

  it("refuses an expired permit, with its deadline", async () => {
    const signature = await sign();
    await f.connection.networkHelpers.time.setNextBlockTimestamp(message.deadline + 1n);
    await expect(submit(message, signature))
      .to.be.revertedWithCustomError(f.dollar, "PermitExpired")
      .withArgs(message.deadline);
    await expectNothingChanged();
  });

  it("refuses a replayed permit", async () => {
    const signature = await sign();
    await submit(message, signature);
    await f.dollar.connect(f.alice).approve(f.bob.address, 0n);
    // The digest now holds nonce 1, so the same signature recovers to somebody else.
    const somebody = recovered({ ...message, nonce: 1n }, signature);
    await expect(submit(message, signature))
      .to.be.revertedWithCustomError(f.dollar, "PermitInvalidSigner")
      .withArgs(somebody, f.alice.address);
    expect(await f.dollar.allowance(f.alice.address, f.bob.address)).to.equal(0n);
  });

  it("refuses a permit signed for a later nonce until its turn", async () => {
    const later = { ...message, value: 7n * UNIT, nonce: 1n };
    const signature = await sign(later);
    await expect(submit(later, signature)).to.be.revertedWithCustomError(f.dollar, "PermitInvalidSigner");
    await submit(message, await sign());
    await submit(later, signature);
    expect(await f.dollar.allowance(f.alice.address, f.bob.address)).to.equal(later.value);
  });

  it("refuses the malleable twin of a good signature", async () => {
    const { r, s, v } = await sign();
    const twin = { r, s: `0x${(CURVE_ORDER - BigInt(s)).toString(16).padStart(64, "0")}`, v: v === 27 ? 28 : 27 };
    // The library reports no signer for a high s, although the curve would accept it.
    await expect(submit(message, twin))
      .to.be.revertedWithCustomError(f.dollar, "PermitInvalidSigner")
      .withArgs(ZeroAddress, f.alice.address);
    await expectNothingChanged();
    await submit(message, { r, s, v });
  });

  it("refuses a signature made for another chain, token or version", async () => {
    const strangers: TypedDataDomain[] = [
      { ...domain, chainId: 1n },
      { ...domain, verifyingContract: f.other.address },
      { ...domain, version: "2" },
      { ...domain, name: "Another Dollar" },
    ];
    for (const stranger of strangers) {
      const signature = await sign(message, stranger);
      await expect(submit(message, signature))
        .to.be.revertedWithCustomError(f.dollar, "PermitInvalidSigner")
        .withArgs(recovered(message, signature), f.alice.address);
    }
    await expectNothingChanged();
  });

  it("refuses a permit whose owner, spender, value or deadline was changed", async () => {
    const signature = await sign();
    const changed: Message[] = [
      { ...message, owner: f.bob.address },
      { ...message, spender: f.other.address },
      { ...message, value: message.value + 1n },
      { ...message, deadline: message.deadline + 1n },
    ];
    for (const other of changed) {
      await expect(submit(other, signature))
        .to.be.revertedWithCustomError(f.dollar, "PermitInvalidSigner")
        .withArgs(recovered(other, signature), other.owner);
    }
    await expectNothingChanged();
  });

  it("refuses the zero address as owner, which a failed recovery would name", async () => {
    const broken = { v: 27, r: `0x${"00".repeat(32)}`, s: `0x${"00".repeat(32)}` };
    await expect(submit({ ...message, owner: ZeroAddress }, broken))
      .to.be.revertedWithCustomError(f.dollar, "PermitInvalidSigner")
      .withArgs(ZeroAddress, ZeroAddress);
    await expect(submit(message, { ...broken, v: 0 }))
      .to.be.revertedWithCustomError(f.dollar, "PermitInvalidSigner")
      .withArgs(ZeroAddress, f.alice.address);
  });

  it("refuses the zero address as spender", async () => {
    const nobody = { ...message, spender: ZeroAddress };
    await expect(submit(nobody, await sign(nobody)))
      .to.be.revertedWithCustomError(f.dollar, "ERC20InvalidSpender")
      .withArgs(ZeroAddress);
    await expectNothingChanged();
  });

  it("can grant an unlimited allowance, which is then not written down", async () => {
    await f.dollar.connect(f.facilitator).mint(f.alice.address, CAP);
    const unlimited = { ...message, value: MaxUint256 };
    await submit(unlimited, await sign(unlimited));
    await f.dollar.connect(f.bob).transferFrom(f.alice.address, f.bob.address, CAP);
    expect(await f.dollar.allowance(f.alice.address, f.bob.address)).to.equal(MaxUint256);
  });
});
