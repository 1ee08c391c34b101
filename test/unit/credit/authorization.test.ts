import { expect } from "chai";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Signature } from "ethers";

import { freshWorld } from "../../support/fresh.js";
import { at, deployWorld, MAX_UINT256, WAD, type World } from "../../support/world.js";

/** Order of the secp256k1 curve. */
const CURVE = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** Long after any test. (unix seconds) */
const LATER = 4_000_000_000n;

const TYPES = {
  Authorization: [
    { name: "account", type: "address" },
    { name: "operator", type: "address" },
    { name: "authorized", type: "bool" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

interface Authorization {
  account: string;
  operator: string;
  authorized: boolean;
  nonce: bigint;
  deadline: bigint;
}

/** Signs an authorisation, by default for this engine on this chain. */
async function sign(
  world: World,
  signer: HardhatEthersSigner,
  value: Authorization,
  domain: { chainId?: bigint; verifyingContract?: string; name?: string; version?: string } = {},
): Promise<string> {
  const { chainId } = await world.ethers.provider.getNetwork();
  return signer.signTypedData(
    { name: "Plimsoll Credit Engine", version: "1", chainId, verifyingContract: world.engineAddress, ...domain },
    TYPES,
    value,
  );
}

/** Sends an authorisation as a stranger does who was given the signature. */
function send({ engine, carol }: World, v: Authorization, signature: string) {
  return engine
    .connect(carol)
    .setAuthorizationWithSig(v.account, v.operator, v.authorized, v.nonce, v.deadline, signature);
}

describe("CreditEngine authorisation", () => {
  const world = freshWorld(deployWorld);

  /** Alice lets Bob operate, nonce 0. */
  const fromAlice = (): Authorization => ({
    account: world().alice.address,
    operator: world().bob.address,
    authorized: true,
    nonce: 0n,
    deadline: LATER,
  });

  describe("by call", () => {
    it("is given and taken by the account itself", async () => {
      const { engine, alice, bob } = world();
      expect(await engine.isAuthorized(alice.address, bob.address)).to.equal(false);
      await expect(engine.connect(alice).setAuthorization(bob.address, true))
        .to.emit(engine, "AuthorizationSet")
        .withArgs(alice.address, bob.address, true, alice.address);
      expect(await engine.isAuthorized(alice.address, bob.address)).to.equal(true);
      expect(await engine.isAuthorized(bob.address, alice.address)).to.equal(false);
      await expect(engine.connect(alice).setAuthorization(bob.address, false))
        .to.emit(engine, "AuthorizationSet")
        .withArgs(alice.address, bob.address, false, alice.address);
      expect(await engine.isAuthorized(alice.address, bob.address)).to.equal(false);
    });

    it("is not needed for oneself, and does not pass on", async () => {
      const { engine, alice, bob, carol } = world();
      expect(await engine.isAuthorized(alice.address, alice.address)).to.equal(true);
      await engine.connect(alice).setAuthorization(bob.address, true);
      await engine.connect(bob).setAuthorization(carol.address, true);
      expect(await engine.isAuthorized(alice.address, carol.address)).to.equal(false);
    });

    it("refuses the zero address as operator", async () => {
      const { engine, alice, ethers } = world();
      await expect(engine.connect(alice).setAuthorization(ethers.ZeroAddress, true)).to.be.revertedWithCustomError(
        engine,
        "ZeroAddress",
      );
    });
  });

  describe("by signature", () => {
    it("works for anybody who brings it, once", async () => {
      const { engine, alice, bob, carol } = world();
      const v = fromAlice();
      const signature = await sign(world(), alice, v);
      await expect(send(world(), v, signature))
        .to.emit(engine, "AuthorizationSet")
        .withArgs(alice.address, bob.address, true, carol.address);
      expect(await engine.isAuthorized(alice.address, bob.address)).to.equal(true);
      expect(await engine.authorizationNonce(alice.address)).to.equal(1n);

      await engine.connect(alice).setAuthorization(bob.address, false);
      await expect(send(world(), v, signature))
        .to.be.revertedWithCustomError(engine, "NonceMismatch")
        .withArgs(alice.address, 0n, 1n);
      expect(await engine.isAuthorized(alice.address, bob.address)).to.equal(false);
    });

    it("takes an authorisation away as well", async () => {
      const { engine, alice, bob } = world();
      await engine.connect(alice).setAuthorization(bob.address, true);
      const v = { ...fromAlice(), authorized: false };
      await send(world(), v, await sign(world(), alice, v));
      expect(await engine.isAuthorized(alice.address, bob.address)).to.equal(false);
    });

    it("holds until its deadline, inclusive", async () => {
      const { engine, alice, connection } = world();
      const deadline = BigInt(await connection.networkHelpers.time.latest()) + 1_000n;
      const v = { ...fromAlice(), deadline };
      const signature = await sign(world(), alice, v);
      const snapshot = await connection.networkHelpers.takeSnapshot();
      await connection.networkHelpers.time.setNextBlockTimestamp(deadline + 1n);
      await expect(send(world(), v, signature))
        .to.be.revertedWithCustomError(engine, "SignatureExpired")
        .withArgs(deadline);
      await snapshot.restore();
      await connection.networkHelpers.time.setNextBlockTimestamp(deadline);
      await send(world(), v, signature);
    });

    it("has one form: the mirrored signature of a malleable curve is refused", async () => {
      const { engine, alice, ethers } = world();
      const v = fromAlice();
      const { r, s, yParity } = Signature.from(await sign(world(), alice, v));
      const mirrored = ethers.concat([r, ethers.toBeHex(CURVE - BigInt(s), 32), yParity === 0 ? "0x1c" : "0x1b"]);
      await expect(send(world(), v, mirrored))
        .to.be.revertedWithCustomError(engine, "InvalidSignature")
        .withArgs(alice.address);
    });

    it("refuses signatures that are cut, empty, or somebody else's", async () => {
      const { engine, alice, bob } = world();
      const v = fromAlice();
      const good = await sign(world(), alice, v);
      for (const bad of ["0x", good.slice(0, -2), `${good}00`, await sign(world(), bob, v)]) {
        await expect(send(world(), v, bad))
          .to.be.revertedWithCustomError(engine, "InvalidSignature")
          .withArgs(alice.address);
      }
      expect(await engine.authorizationNonce(alice.address)).to.equal(0n);
    });

    it("covers every field, the chain and the engine", async () => {
      const { engine, alice, carol, gate, extension } = world();
      const v = fromAlice();
      const good = await sign(world(), alice, v);
      const changed: Authorization[] = [
        { ...v, operator: carol.address },
        { ...v, authorized: false },
        { ...v, deadline: LATER + 1n },
      ];
      for (const other of changed) {
        await expect(send(world(), other, good))
          .to.be.revertedWithCustomError(engine, "InvalidSignature")
          .withArgs(alice.address);
      }
      await expect(send(world(), { ...v, account: carol.address }, good))
        .to.be.revertedWithCustomError(engine, "InvalidSignature")
        .withArgs(carol.address);
      for (const domain of [
        { chainId: 1n },
        { verifyingContract: await gate.getAddress() },
        { verifyingContract: await extension.getAddress() },
        { name: "Plimsoll Dollar" },
        { version: "2" },
      ]) {
        await expect(send(world(), v, await sign(world(), alice, v, domain)))
          .to.be.revertedWithCustomError(engine, "InvalidSignature")
          .withArgs(alice.address);
      }
      await send(world(), v, good);
    });

    it("cannot be made for the zero address", async () => {
      const { engine, ethers } = world();
      const v = { ...fromAlice(), account: ethers.ZeroAddress };
      const garbage = ethers.concat([ethers.toBeHex(1n, 32), ethers.toBeHex(1n, 32), "0x1d"]);
      await expect(send(world(), v, garbage))
        .to.be.revertedWithCustomError(engine, "InvalidSignature")
        .withArgs(ethers.ZeroAddress);
    });

    it("needs the nonce that is due", async () => {
      const { engine, alice } = world();
      const v = { ...fromAlice(), nonce: 1n };
      await expect(send(world(), v, await sign(world(), alice, v)))
        .to.be.revertedWithCustomError(engine, "NonceMismatch")
        .withArgs(alice.address, 1n, 0n);
    });

    it("can be cancelled by its signer, and by nobody else", async () => {
      const { engine, alice, bob } = world();
      const v = fromAlice();
      const signature = await sign(world(), alice, v);
      await engine.connect(bob).cancelAuthorizationSignatures();
      expect(await engine.authorizationNonce(alice.address)).to.equal(0n);
      await engine.connect(alice).cancelAuthorizationSignatures();
      await expect(send(world(), v, signature))
        .to.be.revertedWithCustomError(engine, "NonceMismatch")
        .withArgs(alice.address, 0n, 1n);
    });

    it("is asked of a contract account itself (ERC-1271)", async () => {
      const { engine, ethers, alice, bob } = world();
      const wallet = await ethers.deployContract("SignatureWallet", [alice.address]);
      const account = await wallet.getAddress();
      const v = { ...fromAlice(), account };
      await expect(send(world(), v, await sign(world(), bob, v)))
        .to.be.revertedWithCustomError(engine, "InvalidSignature")
        .withArgs(account);
      await wallet.setFrozen(true);
      await expect(send(world(), v, await sign(world(), alice, v)))
        .to.be.revertedWithCustomError(engine, "InvalidSignature")
        .withArgs(account);
      await wallet.setFrozen(false);
      await send(world(), v, await sign(world(), alice, v));
      expect(await engine.isAuthorized(account, bob.address)).to.equal(true);
    });
  });

  describe("permits and batches", () => {
    const AMOUNT = 10n * WAD;

    /** Alice's permit of ether tokens for the engine. */
    async function permitOf(deadline = LATER): Promise<Signature> {
      const { alice, assets, engineAddress, ethers } = world();
      const { token, address, symbol } = at(assets, 0);
      const { chainId } = await ethers.provider.getNetwork();
      return Signature.from(
        await alice.signTypedData(
          { name: symbol, version: "1", chainId, verifyingContract: address },
          {
            Permit: [
              { name: "owner", type: "address" },
              { name: "spender", type: "address" },
              { name: "value", type: "uint256" },
              { name: "nonce", type: "uint256" },
              { name: "deadline", type: "uint256" },
            ],
          },
          {
            owner: alice.address,
            spender: engineAddress,
            value: AMOUNT,
            nonce: await token.nonces(alice.address),
            deadline,
          },
        ),
      );
    }

    /** [permit, deposit, borrow], encoded. */
    function batch(p: Signature, deadline = LATER): string[] {
      const { engine, alice } = world();
      const { interface: abi } = engine;
      return [
        abi.encodeFunctionData("permit", [0, AMOUNT, deadline, p.v, p.r, p.s]),
        abi.encodeFunctionData("deposit", [0, AMOUNT, alice.address]),
        abi.encodeFunctionData("borrow", [5_000n * WAD, alice.address, alice.address]),
      ];
    }

    it("open a position in one transaction without an approval before it", async () => {
      const { implementation, engine, dollar, alice, assets } = world();
      await at(assets, 0).token.mint(alice.address, AMOUNT);
      await implementation.connect(alice).multicall(batch(await permitOf()));
      expect(await engine.balanceOf(alice.address, 0)).to.equal(10_00000000n);
      expect(await dollar.balanceOf(alice.address)).to.equal(5_000n * WAD);
      expect(await at(assets, 0).token.allowance(alice.address, world().engineAddress)).to.equal(0n);
    });

    it("also when somebody used the permit first", async () => {
      const { implementation, engine, engineAddress, alice, carol, assets } = world();
      const { token } = at(assets, 0);
      await token.mint(alice.address, AMOUNT);
      const p = await permitOf();
      const calls = batch(p);
      await token.connect(carol).permit(alice.address, engineAddress, AMOUNT, LATER, p.v, p.r, p.s);
      await implementation.connect(alice).multicall(calls);
      expect(await engine.debtOf(alice.address)).to.equal(5_000n * WAD);
    });

    it("fail in the deposit when the permit is bad, and undo everything", async () => {
      const { implementation, engineAddress, engine, alice, assets } = world();
      const { token } = at(assets, 0);
      await token.mint(alice.address, AMOUNT);
      const expired = 1_000n;
      await expect(implementation.connect(alice).multicall(batch(await permitOf(expired), expired)))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
        .withArgs(engineAddress, 0, AMOUNT);
      const calls = batch(await permitOf());
      const tooMuch = implementation.interface.encodeFunctionData("borrow", [
        50_000n * WAD,
        alice.address,
        alice.address,
      ]);
      await expect(
        implementation.connect(alice).multicall([...calls.slice(0, 2), tooMuch]),
      ).to.be.revertedWithCustomError(engine, "BorrowLimitExceeded");
      expect(await engine.balanceOf(alice.address, 0)).to.equal(0n);
      expect(await token.balanceOf(alice.address)).to.equal(AMOUNT);
    });

    it("never act for somebody else: the permit is the caller's own", async () => {
      const { implementation, engine, alice, bob, assets } = world();
      const { token } = at(assets, 0);
      await token.mint(alice.address, AMOUNT);
      const calls = batch(await permitOf());
      await expect(implementation.connect(bob).multicall(calls.slice(0, 2)))
        .to.be.revertedWithCustomError(engine, "NotHeld")
        .withArgs(0, alice.address);
      await implementation.connect(bob).multicall(calls.slice(0, 1));
      expect(await token.allowance(alice.address, world().engineAddress)).to.equal(0n);
    });

    it("refuse to permit a token that is not listed", async () => {
      const { engine, alice, ethers } = world();
      await expect(engine.connect(alice).permit(9, 1, LATER, 27, ethers.ZeroHash, ethers.ZeroHash))
        .to.be.revertedWithCustomError(engine, "AssetNotListed")
        .withArgs(9);
    });

    it("carry signed authorisations and repayments, and the parts of governance that anybody may call", async () => {
      const { implementation, engine, alice, bob } = world();
      await world().deposit(alice, 0, AMOUNT);
      await engine.connect(alice).borrow(5_000n * WAD, alice.address, alice.address);
      const { interface: abi } = engine;
      await implementation
        .connect(alice)
        .multicall([
          abi.encodeFunctionData("setAuthorization", [bob.address, true]),
          abi.encodeFunctionData("syncAssetCap", [0]),
          abi.encodeFunctionData("updateRate"),
          abi.encodeFunctionData("repay", [MAX_UINT256, alice.address]),
          abi.encodeFunctionData("withdraw", [0, MAX_UINT256, alice.address, alice.address]),
        ]);
      expect(await engine.position(alice.address)).to.deep.equal([0n, []]);
      expect(await engine.isAuthorized(alice.address, bob.address)).to.equal(true);
    });

    it("do not smuggle a restricted call past the authority", async () => {
      const { implementation, engine, governor, alice } = world();
      const call = engine.interface.encodeFunctionData("pause", [0, 1]);
      await expect(implementation.connect(alice).multicall([call]))
        .to.be.revertedWithCustomError(implementation, "AccessManagedUnauthorized")
        .withArgs(alice.address);
      await implementation.connect(governor).multicall([call]);
      expect((await engine.assetInfo(0)).pauses).to.equal(1n);
    });
  });
});
