/**
 * Every error of every contract that is not about votes (`governance.ts`), as a sentence and what can be done about it. Values are named in braces with their unit, `{value|unit}`; see
 * `format.ts` for the units. A test sees to it that no error of any contract is missing here, and that no value is left unsaid.
 */

const GOVERNANCE = "Governance chooses another value.";
const SETUP = "Whoever deploys or governs chooses another contract.";
const AGAIN = "Wait for the other call to end; nothing may be called from within it.";
const REPORT = "This should not happen: report it.";
const PRICE = "Wait until its price feeds answer again. Repaying, and leaving without debt, need no price.";
const SIGN = "Sign again.";

/** By signature: what happened, and what to do. */
export const SENTENCES: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  // ---- positions
  "BorrowLimitExceeded(address account,uint256 debt,uint256 limit)": [
    "{account|address} would owe {debt|plusd}, but its collateral allows {limit|plusd}.",
    "Borrow or withdraw less, add collateral, or repay some of the debt.",
  ],
  "DebtBelowMinimum(address account,uint256 debt,uint256 minimum)": [
    "{account|address} would owe {debt|plusd}, which is less than the minimum of {minimum|plusd}.",
    "Owe at least the minimum, or repay all of the debt.",
  ],
  "DebtCeilingExceeded(uint256 totalDebt,uint256 ceiling)": [
    "All debts together would be {totalDebt|plusd}; the ceiling is {ceiling|plusd}.",
    "Borrow less, or wait until others repay.",
  ],
  "NoDebt(address account)": ["{account|address} owes nothing.", "There is nothing to repay."],
  "InsufficientBalance(uint256 asset,address account,uint256 balance,uint256 requested)": [
    "{account|address} has {balance|ledger asset} deposited, and {requested|ledger asset} were asked for.",
    "Withdraw no more than is there.",
  ],
  "NotHeld(uint256 asset,address account)": [
    "{account|address} holds no {asset|asset}, and only the account itself, or whom it authorised, may add another asset to it.",
    "Deposit into your own account, or have the account authorise you.",
  ],
  "Unauthorized(address account,address caller)": [
    "{caller|address} may not act for {account|address}.",
    "The account authorises the caller first: setAuthorization, or by signature.",
  ],
  "SignatureExpired(uint256 deadline)": ["The signature was good until {deadline|time}.", SIGN],
  "InvalidSignature(address account)": ["The signature is not one of {account|address}.", SIGN],
  "NonceMismatch(address account,uint256 nonce,uint256 expected)": [
    "The signature of {account|address} has the number {nonce|int}; the next one must have {expected|int}.",
    SIGN,
  ],
  "ZeroAmount()": ["The amount is zero.", "Name an amount above zero."],
  "ZeroAddress()": ["An address is zero.", "Name the address that is meant."],
  "AmountBelowLedgerUnit(uint256 asset,uint256 amount,uint256 scale)": [
    "{amount|units asset} is less than the smallest amount that is kept, {scale|units asset}.",
    "Use a larger amount.",
  ],
  "AmountBelowDebtShare(uint256 amount,uint256 shareValue)": [
    "{amount|plusd} is less than the smallest debt that is kept, {shareValue|plusd}.",
    "Use a larger amount.",
  ],
  "AmountTooLarge(uint256 amount,uint256 maximum)": [
    "The amount of {amount|int} units is more than the {maximum|int} units that are possible.",
    "Use a smaller amount.",
  ],
  "Paused(uint256 asset,uint256 action)": [
    "This is paused for {asset|asset}: {action|action}.",
    "Wait until governance lifts the pause. Repaying, being liquidated and leaving without debt are never paused.",
  ],
  "CapExceeded(uint256 asset,uint256 total,uint256 cap)": [
    "There would be {total|ledger asset}, and no more than {cap|ledger asset} may be held.",
    "Use a smaller amount, or another asset.",
  ],
  "TransferMismatch(address token,uint256 expected,uint256 received)": [
    "A transfer of {expected|tokens token} brought {received|tokens token}: the token takes a fee or changes balances.",
    "This token cannot be used here.",
  ],
  "LedgerShortfall(address token,uint256 balance,uint256 ledger)": [
    "There are {balance|tokens token} where the books say {ledger|tokens token}.",
    "Nothing of this token is taken until that is made good.",
  ],
  "AssetNotListed(uint256 asset)": ["{asset|asset} is not listed.", "Choose a listed asset."],
  "AssetIsDelisted(uint256 asset)": [
    "{asset|asset} is delisted: no new risk is taken against it.",
    "Use another asset; what is deposited can be withdrawn, and debt repaid.",
  ],
  "AssetUnpriced(uint256 asset)": ["{asset|asset} has no live price.", PRICE],
  "AssetUnknown(uint256 asset)": ["{asset|asset} has no price feed.", "Choose a listed asset."],
  "NothingToDo()": [
    "None of these accounts can be liquidated or absorbed as asked: they are healthy by now, or the offer is too small.",
    "Look at the accounts again.",
  ],
  "ExposureTooLarge(uint256 first,uint256 second,uint256 third)": [
    "An amount is beyond what can be reckoned with: {first|int}, {second|int}, {third|int}.",
    REPORT,
  ],
  "HoldingTooLarge(uint256 asset,uint256 balance,uint256 maximum)": [
    "{balance|ledger asset} is more than the {maximum|ledger asset} that can be valued.",
    "Use a smaller amount.",
  ],
  "BalanceTooLarge(uint256 asset,uint256 balance,uint256 maximum)": [
    "{balance|ledger asset} is more than the {maximum|ledger asset} that an account can hold.",
    "Use another account.",
  ],
  "DebtTooLarge(uint256 shares,uint256 maximum)": [
    "{shares|int} debt shares are more than the {maximum|int} that an account can owe.",
    "Use another account.",
  ],
  "Entered()": ["The contract is in the middle of another call.", AGAIN],
  "Entered(address module)": [
    "{module|address} is in the middle of another call, so no statement can be taken.",
    AGAIN,
  ],
  "FlashLoanCallbackFailed(address receiver)": [
    "{receiver|address} did not answer a flash loan as it must.",
    "The receiver returns ERC-3156's value.",
  ],
  "TokenNotListed(address token)": ["{token|address} is no listed asset's token.", "Choose a listed asset."],

  // ---- what may be minted
  "StatementStale(uint256 takenAt,uint256 maxAge)": [
    "The last statement is of {takenAt|time}; nothing is minted on one that is older than {maxAge|seconds}.",
    "Anyone can take a new one, in the same batch: refresh the balance sheet.",
  ],
  "CollateralNotSeen(uint256 age,uint256 maximum)": [
    "Collateral was looked at {age|hours} ago; nothing is lent after {maximum|hours}.",
    "Anyone can look again, in the same batch: lookAtCollateral, then refresh.",
  ],
  "LiquidityShort(uint256 amount,uint256 borrowable)": [
    "{amount|plusd} cannot be lent: the reserve's liquid stables let {borrowable|plusd} be borrowed.",
    "Borrow less, or wait until more stables have come in.",
  ],
  "IssuanceExceeded(uint256 amount,uint256 available)": [
    "{amount|plusd} cannot be minted: capital above what is required leaves room for {available|plusd}.",
    "Use a smaller amount, or wait until there is more capital, or less risk.",
  ],
  "NotIssuer(address caller)": ["{caller|address} may not consume headroom.", "Only the engine and the reserve mint."],
  "AssetWithoutRequirement(uint256 asset)": [
    "Nobody has looked yet at what {asset|asset} requires.",
    "Anyone can, in the same batch: lookAtCollateral, then refresh.",
  ],
  "NotFullyPriced(uint256 asset)": [
    "{asset|asset} has no price that will do, or is in a vault that does not answer.",
    PRICE,
  ],
  "NotFullyPriced()": ["A holding of the reserve has no price: what a share is worth cannot be told.", PRICE],
  "NoDeficit()": ["There is no deficit.", "There is nothing to settle."],
  "DeficitTooYoung(uint256 allowedAt)": [
    "The second look at the deficit is possible from {allowedAt|time} on.",
    "Wait until then.",
  ],
  "CeilingTooHigh(uint256 ceiling,uint256 maximum)": [
    "A ceiling of {ceiling|plusd} is above the highest, {maximum|plusd}.",
    GOVERNANCE,
  ],
  "RebalancerIsFinal(address rebalancer)": [
    "The reserve has had {rebalancer|address} as its rebalancer from the beginning, for good.",
    "Name that one.",
  ],
  "NotFoundingFacilitator(address caller)": [
    "{caller|address} was listed later than the contracts that may take debts over.",
    "Only those do.",
  ],
  "NotFacilitator(address caller)": ["{caller|address} may not mint or burn plUSD.", "Only listed contracts do."],
  "FacilitatorCapExceeded(address facilitator,int256 newLevel,uint256 cap)": [
    "{facilitator|address} would have minted {newLevel|plusd}; its cap is {cap|plusd}.",
    "Use a smaller amount, or wait until some is burned.",
  ],
  "TooManyFacilitators(uint256 maximum)": ["There are {maximum|int} facilitators already.", "No more can be listed."],
  "FlashMintOpen()": ["plUSD is flash-minted at this moment.", AGAIN],
  "FlashMintUnsupportedToken(address token)": ["{token|address} cannot be flash-minted.", "Only plUSD can."],
  "FlashMintTooLarge(uint256 amount,uint256 maximum)": [
    "{amount|plusd} are more than the {maximum|plusd} that can be flash-minted.",
    "Use a smaller amount, in several steps if need be.",
  ],
  "FlashMintCallbackFailed(address receiver)": [
    "{receiver|address} did not answer a flash mint as it must.",
    "The receiver returns ERC-3156's value.",
  ],
  "PermitExpired(uint256 deadline)": ["The permit was good until {deadline|time}.", SIGN],
  "PermitInvalidSigner(address signer,address owner)": [
    "The permit is signed by {signer|address}, not by {owner|address}, or was used before.",
    SIGN,
  ],

  // ---- tokens
  "ERC20InsufficientAllowance(address spender,uint256 allowance,uint256 needed)": [
    "{spender|address} may take {allowance|held}, and {needed|held} are needed.",
    "Approve the amount first, or sign a permit.",
  ],
  "ERC20InsufficientBalance(address sender,uint256 balance,uint256 needed)": [
    "{sender|address} has {balance|held}, and {needed|held} are needed.",
    "Get more of the token, or use less.",
  ],
  "ERC20InvalidApprover(address approver)": ["{approver|address} cannot approve.", REPORT],
  "ERC20InvalidReceiver(address receiver)": ["{receiver|address} cannot receive the token.", "Name another receiver."],
  "ERC20InvalidSender(address sender)": ["{sender|address} cannot send the token.", REPORT],
  "ERC20InvalidSpender(address spender)": ["{spender|address} cannot be approved.", "Name another spender."],
  "ERC2612ExpiredSignature(uint256 deadline)": ["The permit was good until {deadline|time}.", SIGN],
  "ERC2612InvalidSigner(address signer,address owner)": [
    "The permit is signed by {signer|address}, not by {owner|address}, or was used before.",
    SIGN,
  ],
  "SafeERC20FailedOperation(address token)": [
    "The token {token|address} refused a transfer or an allowance.",
    "Look whether balance and allowance suffice, and whether the token blocks one of the addresses.",
  ],
  "InvalidAccountNonce(address account,uint256 currentNonce)": [
    "The signature of {account|address} is not the next one, which has the number {currentNonce|int}.",
    SIGN,
  ],
  "ECDSAInvalidSignature()": ["The signature is none.", SIGN],
  "ECDSAInvalidSignatureLength(uint256 length)": ["A signature of {length|int} bytes is none.", SIGN],
  "ECDSAInvalidSignatureS(bytes32 s)": ["The signature is not in its one accepted form: {s|hex}.", SIGN],
  "InvalidShortString()": ["A stored string is none.", REPORT],
  "StringTooLong(string str)": ['"{str|text}" is too long.', "Use a shorter one."],
  "SafeCastOverflowedUintDowncast(uint8 bits,uint256 value)": [
    "{value|int} does not fit {bits|int} bits.",
    "Use a smaller amount.",
  ],
  "FloatOverflow(uint256 value,uint256 totalBits)": [
    "{value|int} does not fit a number of {totalBits|int} bits.",
    "Use a smaller amount.",
  ],
  "AddressEmptyCode(address target)": ["There is no contract at {target|address}.", REPORT],
  "FailedCall()": ["A call failed without saying why.", "Look at each call of the batch by itself."],

  // ---- reserve
  "NotStable(uint256 asset)": ["{asset|asset} is no stable of the reserve.", "Choose one of its stables."],
  "PriceUnusable(uint256 asset,uint256 status)": ["The price of {asset|asset} will not do: {status|status}.", PRICE],
  "SlippageExceeded(uint256 actual,uint256 limit)": [
    "The result is {actual|int} units, and the limit was {limit|int} units.",
    "Prices or fees moved: look again, or allow more slippage.",
  ],
  "NotBacked(uint256 backing)": [
    "plUSD is backed to {backing|ratio}: nothing is redeemed for one asset alone.",
    "Redeem in kind instead.",
  ],
  "LiquidityShort(uint256 asset,uint256 cash,uint256 requested)": [
    "The reserve has {cash|ledger asset} at hand, and {requested|ledger asset} are asked for.",
    "Redeem less, or have the vaults pay first (divest) in the same batch, or redeem in kind.",
  ],
  "RedemptionTooLarge(uint256 worth,uint256 reserveHigh)": [
    "The redemption is worth {worth|usd}, and all of the reserve {reserveHigh|usd}: the rest of the backing is loans.",
    "Redeem less.",
  ],
  "AssetOutOfRange(uint256 asset)": ["{asset|asset} is beyond the assets that there can be.", "Choose a listed asset."],
  "NothingToMove(address vault,uint256 cash,uint256 floor,uint256 ceiling)": [
    "Nothing is to be moved into or out of {vault|address}: there are {cash|int} units of cash, between {floor|int} and {ceiling|int}.",
    "There is nothing to do.",
  ],
  "VaultNotListed(address vault)": ["{vault|address} is no vault of the reserve.", "Choose a listed vault."],
  "VaultListedAlready(address vault)": [
    "{vault|address} is a vault of the reserve already.",
    "There is nothing to do.",
  ],
  "TooManyVaults(uint256 maximum)": ["There are {maximum|int} vaults already.", "Remove one first."],
  "VaultAssetMismatch(address vault,address asset)": [
    "{vault|address} holds {asset|address}, which is no listed asset's token.",
    SETUP,
  ],
  "SharePriceOutOfRange(address vault,uint256 sharePrice)": [
    "A share of {vault|address} is worth {sharePrice|ray}, which cannot be kept.",
    SETUP,
  ],
  "VaultTooSmall(address vault,uint256 supply,uint256 minimum)": [
    "{vault|address} has {supply|int} shares of others, and its share price is trusted from {minimum|int} on.",
    "Wait until others have put more into it.",
  ],
  "SharePriceJumped(address vault,uint256 sharePrice,uint256 cap)": [
    "A share of {vault|address} costs {sharePrice|ray}, more than the {cap|ray} that its growth cap allows.",
    "Wait until the cap has caught up.",
  ],
  "VaultMismatch(address vault,uint256 expected,uint256 actual)": [
    "{vault|address} moved {actual|int} units where it said {expected|int}.",
    "Governance looks at the vault.",
  ],
  "VaultInUse(address vault,uint256 shares)": [
    "The reserve has {shares|int} shares of {vault|address}, which answers and pays.",
    "Take them out first.",
  ],
  "InsufficientGas(uint256 available,uint256 required)": [
    "{available|int} gas is left where {required|int} is needed to tell what fails from what is starved.",
    "Send the transaction with more gas.",
  ],
  "NotRebalancer(address caller)": ["{caller|address} is not the Rebalancer.", "Only it moves the reserve's assets."],
  "NotReserve(address caller)": ["{caller|address} is not the reserve.", "Only the reserve calls this."],
  "NotCreditEngine(address caller)": ["{caller|address} is not the credit engine.", "Only it calls this."],
  "NotEngine(address caller)": ["{caller|address} is not the credit engine.", "Only it calls this."],
  "NothingToDistribute()": ["There is no surplus to distribute.", "Wait until interest and fees have come in."],
  "DistributedTooEarly(uint256 allowedAt)": [
    "Surplus is distributed again from {allowedAt|time} on.",
    "Wait until then.",
  ],
  "CreditEngineIsSet(address engine)": ["The treasury belongs to {engine|address} already.", REPORT],

  // ---- auctions
  "AuctionRunning(uint256 sold,uint256 bought,uint256 endsAt)": [
    "{sold|asset} is being sold for {bought|bought} until {endsAt|time}.",
    "Fill that auction, or wait until it ends.",
  ],
  "NoAuction(uint256 sold,uint256 bought)": [
    "No {sold|asset} is being sold for {bought|bought}.",
    "Open an auction first.",
  ],
  "AuctionOver(uint256 sold,uint256 bought,uint256 endedAt)": [
    "The auction of {sold|asset} for {bought|bought} ended at {endedAt|time}.",
    "Anyone can close it and open the next.",
  ],
  "NotOverweight(uint256 asset,uint256 weight,uint256 bound)": [
    "{asset|asset} is {weight|bps} of the reserve, and is sold from {bound|bps} on.",
    "There is nothing to sell.",
  ],
  "NotUnderweight(uint256 asset,uint256 weight,uint256 target)": [
    "{asset|asset} is {weight|bps} of the reserve, and is bought below {target|bps}.",
    "There is nothing to buy.",
  ],
  "DollarNotBought()": ["plUSD is bought only while capital is short.", "Choose another asset."],
  "LotTooSmall(uint256 value,uint256 minimum)": [
    "What would be sold is worth {value|usd}, less than the smallest lot of {minimum|usd}.",
    "There is nothing to sell.",
  ],
  "NothingToFill(uint256 sold,uint256 bought)": [
    "Nothing of the auction of {sold|asset} for {bought|bought} can be filled, or less than must be.",
    "Take more, or look for another auction.",
  ],
  "WeightsInvalid(uint256 sum)": ["The target weights add up to {sum|bps}.", GOVERNANCE],
  "NotFilling()": ["Nothing is being filled from here.", "Only the reserve calls this, within a fill."],
  "NothingToSell(address token)": ["Nothing arrived of {token|address}.", "Look at the route."],
  "ProfitTooSmall(uint256 profit,uint256 minProfit)": [
    "The profit would be {profit|int} units, less than the {minProfit|int} asked for.",
    "Wait for a better price, or ask for less.",
  ],
  "NotOwner(address caller)": ["{caller|address} does not own this contract.", "Only its owner calls this."],

  // ---- leverage
  "DeadlinePassed(uint256 deadline)": [
    "This was to happen by {deadline|time}.",
    "Send it again with a later deadline.",
  ],
  "NotFlashMint(address caller,address initiator)": [
    "{caller|address} called back for {initiator|address}, which nobody asked for.",
    "Only plUSD calls this, for a flash mint of this contract's own.",
  ],
  "PathInvalid(uint256 length)": ["A route of {length|int} bytes is none.", "A route is token, fee, token, and so on."],
  "PathTooShort(uint256 length)": [
    "A route of {length|int} bytes is none.",
    "A route is token, fee, token, and so on.",
  ],
  "PathMismatch(address expected,address actual)": [
    "The route has {actual|address} where {expected|address} must be.",
    "Use a route between the two tokens.",
  ],
  "TooLittleBought(uint256 bought,uint256 minBought)": [
    "The loan buys {bought|int} units, less than the {minBought|int} asked for.",
    "The price moved: look again, or allow more slippage.",
  ],
  "TooMuchSold(uint256 sold,uint256 maxSold)": [
    "Repaying takes {sold|int} units, more than the {maxSold|int} allowed.",
    "The price moved: look again, or allow more slippage.",
  ],
  "AuthorizationDiffers(address account,bool authorized)": [
    "The signature was used already, and whether this contract may act for {account|address} is now: {authorized|text}.",
    SIGN,
  ],

  // ---- Backstop
  "NoClaim(address account)": ["{account|address} has no claim.", "Claim first."],
  "ClaimExists(address account)": [
    "{account|address} has a claim already.",
    "Only one at a time: wait for its exit, or take it back.",
  ],
  "TooEarly(uint256 timestamp,uint256 allowedAt)": [
    "It is {timestamp|time}; this is possible from {allowedAt|time} on.",
    "Wait until then.",
  ],
  "AlreadyDue(uint256 dueAt)": ["The claim was marked due at {dueAt|time}.", "Its exit comes next."],
  "NotDue(address account)": ["The claim of {account|address} was not marked due.", "Anyone marks it due first."],
  "ClaimLapsed(uint256 closedAt)": ["The claim lapsed at {closedAt|time}.", "Anyone can restake it; then claim again."],
  "ClaimRunning(uint256 until)": [
    "The claim runs until {until|time}.",
    "Its owner may take it back between its second and its third moment; others once it has lapsed.",
  ],
  "ReceiverNotClaimant(address account,address receiver)": [
    "Only {account|address} itself has its claim paid to {receiver|address}.",
    "Have it paid to the claimant.",
  ],
  "CapitalShort()": ["Capital is below what is required: nobody leaves.", "Wait until there is enough."],
  "ExceededMaxWithdraw(address owner,uint256 assets,uint256 max)": [
    "{owner|address} may take out {max|plusd} in this block, not {assets|plusd}.",
    "Claim, and leave when the claim is due.",
  ],
  "ExceededMaxRedeem(address owner,uint256 shares,uint256 max)": [
    "{owner|address} may redeem {max|shares} in this block, not {shares|shares}.",
    "Claim, and leave when the claim is due.",
  ],
  "DeficitGrew(uint256 released,uint256 now_)": [
    "The deficit grew from {released|usd} to {now_|usd} since the release.",
    "Wait until it is settled.",
  ],
  "NotModule(address caller)": [
    "{caller|address} is not the contract that may do this.",
    "Only contracts of the protocol do.",
  ],
  "SurplusMissing(uint256 amount,uint256 held,uint256 counted)": [
    "{amount|plusd} of surplus were announced, and {held|plusd} are held where {counted|plusd} are counted.",
    REPORT,
  ],

  // ---- faucet
  "NotOffered(address token)": ["The faucet has no {token|address}.", "Choose one of its tokens."],
  "ClaimedAlready(address token,address to,uint256 nextClaimAt)": [
    "{to|address} had its {token|address} today.",
    "Come back at {nextClaimAt|time}.",
  ],
  "OutOfStock(address token,uint256 stock,uint256 amount)": [
    "The faucet has {stock|tokens token} left, and a share is {amount|tokens token}.",
    "Come back later.",
  ],
  "NothingLeft(address to)": ["The faucet has nothing left for {to|address}.", "Come back later."],
  "NotMinter(address caller)": ["{caller|address} may not mint.", "Use the faucet."],
  "RatioIsZero()": ["A ratio must be above zero.", GOVERNANCE],

  // ---- prices
  "SequencerDown(uint256 since)": [
    "The rollup's sequencer is down, or does not say (since {since|time}).",
    "Wait until it is back.",
  ],
  "SequencerGracePeriod(uint256 until)": [
    "The rollup's sequencer is just back; nothing is decided by prices before {until|time}.",
    "Wait until then; collateral can be added meanwhile.",
  ],
  "AssetAlreadyListed(uint256 asset)": ["{asset|asset} has a feed already.", "Migrate it instead."],
  "FeedHasNoCode(address feed)": ["There is no contract at {feed|address}.", SETUP],
  "FeedDecimalsUnsupported(address feed,uint256 decimals)": [
    "{feed|address} has {decimals|int} decimals, more than can be handled.",
    SETUP,
  ],
  "FeedNotLive(uint256 asset,address feed)": [
    "{feed|address} gives no fresh answer within its band for {asset|asset}.",
    "Wait until it does, or choose another feed.",
  ],
  "FeedConfigInvalid(bytes32 field,uint256 value,uint256 minimum,uint256 maximum)": [
    "{field|name} is {value|int}; it must be from {minimum|int} to {maximum|int}.",
    GOVERNANCE,
  ],
  "FeedActivationMismatch(uint256 asset,uint256 newPrice,uint256 referencePrice,uint256 tolerance)": [
    "The new feed says {newPrice|usd} for {asset|asset} where {referencePrice|usd} is known: more than {tolerance|bps} apart.",
    "Look at the feed.",
  ],
  "DecayChangedRecently(uint256 allowedAt)": [
    "The decay may be changed again from {allowedAt|time} on.",
    "Wait until then.",
  ],
  "AnswerOutOfRange(uint256 answer)": ["An answer of {answer|int} is out of range.", "Look at the feed."],
  "BaseAnswerInvalid(int256 answer)": ["The underlying feed says {answer|int}.", "Look at that feed."],
  "HistoryNotKept(uint80 roundId)": ["Round {roundId|int} is not kept.", "Only the latest round can be read."],
  "RateUnreadable(address target)": ["{target|address} does not tell its rate.", "Look at that contract."],
  "RateZero(address target)": ["{target|address} says that its rate is zero.", "Look at that contract."],
  "RatioTooSmall(uint256 ratio,uint256 minimum)": [
    "A ratio of {ratio|ratio} is below the least, {minimum|ratio}.",
    SETUP,
  ],
  "RatioWouldBeCapped(uint256 ratio,uint256 cap)": [
    "The present ratio of {ratio|ratio} would be capped at {cap|ratio}.",
    GOVERNANCE,
  ],
  "GrowthCapInvalid(uint256 growthPerYear,uint256 minimum,uint256 maximum)": [
    "A growth cap of {growthPerYear|bps} a year is not from {minimum|bps} to {maximum|bps}.",
    GOVERNANCE,
  ],
  "SupplyTooSmall(uint256 supply,uint256 minimum)": [
    "A supply of {supply|int} is too small to trust the rate: {minimum|int} are needed.",
    "Wait until more is in it.",
  ],
  "DecimalsUnsupported(address source,uint256 decimals)": ["{source|address} has {decimals|int} decimals.", SETUP],
  "DecimalsUnsupported(uint256 decimals,uint256 maximum)": [
    "{decimals|int} decimals are more than {maximum|int}.",
    SETUP,
  ],
  "LiquidityTooLow(uint256 liquidity,uint256 minimum)": [
    "The pool's liquidity is {liquidity|int}, below {minimum|int}: its price is not trusted.",
    "Wait until more is provided.",
  ],
  "TokenNotInPool(address pool,address token)": ["{token|address} is not traded in {pool|address}.", SETUP],
  "ObservationFailed(address pool,bytes reason)": [
    "{pool|address} cannot be observed ({reason|hex}).",
    "Look at the pool's history.",
  ],
  "ObservationWindowTooShort(address pool,uint256 window)": [
    "{pool|address} has not {window|seconds} of history.",
    "Have it keep more observations, and wait.",
  ],
  "ObservationSlotsTooFew(address pool,uint256 slots,uint256 needed)": [
    "{pool|address} keeps {slots|int} observations, and {needed|int} are needed.",
    "Have it keep more.",
  ],
  "WindowOutOfBounds(uint256 window,uint256 minimum,uint256 maximum)": [
    "A window of {window|seconds} is not from {minimum|seconds} to {maximum|seconds}.",
    GOVERNANCE,
  ],
  "PoolNotOfFactory(address pool,address factory)": ["{pool|address} is no pool of {factory|address}.", SETUP],
  "EtherUnpriced()": ["Ether has no price.", PRICE],

  // ---- risk model
  "ObservedTooEarly(uint256 timestamp,uint256 allowedAt)": [
    "It is {timestamp|time}; the next observation is possible from {allowedAt|time} on.",
    "Wait until then.",
  ],
  "SampledTooEarly(uint256 asset,uint256 timestamp,uint256 allowedAt)": [
    "It is {timestamp|time}; the depth of {asset|asset} is sampled again from {allowedAt|time} on.",
    "Wait until then.",
  ],
  "ObservationOverdue(uint256 timestamp,uint256 latest)": [
    "It is {timestamp|time}; an observation was due by {latest|time}.",
    "Anyone can observe first.",
  ],
  "NothingListed()": ["No asset is listed.", "List one first."],
  "TooManyExposures(uint256 count,uint256 maximum)": ["{count|int} exposures are more than {maximum|int}.", REPORT],
  "SeedAssetNotListed(uint256 asset,int256 loading)": [
    "A seed refers to {asset|asset} with {loading|ratio}, which is not listed.",
    GOVERNANCE,
  ],
  "SeedLoadingTooLarge(uint256 asset,int256 loading,uint256 maximum)": [
    "A loading of {loading|ratio} on {asset|asset} is above {maximum|ratio}.",
    GOVERNANCE,
  ],
  "SeedVarianceTooLarge(uint256 asset,uint256 variance,uint256 maximum)": [
    "A variance of {variance|ratio} of {asset|asset} is above {maximum|ratio}.",
    GOVERNANCE,
  ],
  "AssetNumberTooLarge(uint256 asset,uint256 maximum)": [
    "{asset|int} is above the last number, {maximum|int}.",
    GOVERNANCE,
  ],
  "UnitDecimalsTooLarge(uint256 unitDecimals,uint256 maximum)": [
    "{unitDecimals|int} decimals of a ledger unit are more than {maximum|int}.",
    GOVERNANCE,
  ],
  "AssetWithoutRoutes(uint256 asset)": ["{asset|asset} has no route to a market.", "Governance sets one."],
  "RouteCountInvalid(uint256 count,uint256 maximum)": [
    "{count|int} routes are not from 1 to {maximum|int}.",
    GOVERNANCE,
  ],
  "LegCountInvalid(uint256 route,uint256 count,uint256 maximum)": [
    "Route {route|int} has {count|int} legs, not from 1 to {maximum|int}.",
    GOVERNANCE,
  ],
  "LegDoesNotConnect(address pool,address sold)": ["{sold|address} is not traded in {pool|address}.", GOVERNANCE],
  "PoolLocked(address pool)": ["{pool|address} is in the middle of a call.", AGAIN],
  "PoolUsedTwice(address pool)": ["{pool|address} is used twice.", GOVERNANCE],
  "QuoteIsAsset(address pool,address token)": [
    "{pool|address} is quoted in the asset itself, {token|address}.",
    GOVERNANCE,
  ],
  "QuoteNotBought(address quote,address bought)": ["The route buys {bought|address}, not {quote|address}.", GOVERNANCE],
  "TokenDecimalsTooLarge(address token,uint256 decimals,uint256 maximum)": [
    "{token|address} has {decimals|int} decimals, more than {maximum|int}.",
    SETUP,
  ],

  // ---- governance
  "AccessManagedInvalidAuthority(address authority)": ["{authority|address} is no authority.", SETUP],
  "AccessManagedRequiredDelay(address caller,uint32 delay)": [
    "{caller|address} may do this {delay|seconds} after it was scheduled.",
    "Schedule it first.",
  ],
  "AccessManagedUnauthorized(address caller)": ["{caller|address} has not the role for this.", "Ask governance."],
  "OwnableInvalidOwner(address owner)": ["{owner|address} cannot be the owner.", SETUP],
  "OwnableUnauthorizedAccount(address account)": ["{account|address} is not the owner.", "Only the owner calls this."],
  "ParameterOutOfBounds(bytes32 parameter,uint256 value,uint256 minimum,uint256 maximum)": [
    "{parameter|name} is {value|int}; it must be from {minimum|int} to {maximum|int}.",
    GOVERNANCE,
  ],
  "AssetListedAlready(uint256 asset)": ["{asset|asset} is listed already.", "There is nothing to do."],
  "TokenListedAlready(address token)": ["{token|address} is listed already.", "There is nothing to do."],
  "TokenHasNoCode(address token)": ["There is no contract at {token|address}.", SETUP],
  "TokenWithoutDecimals(address token)": ["{token|address} does not tell its decimals.", SETUP],
  "TokenDecimalsUnsupported(address token,uint256 decimals)": [
    "{token|address} has {decimals|int} decimals, which cannot be handled.",
    SETUP,
  ],
  "ThresholdTooHigh(uint256 asset,uint256 product)": [
    "With {asset|asset}, a liquidation could leave an account worse: the product is {product|ratio}, above 1.",
    "Governance raises the least maintenance haircut, or lowers the least incentive.",
  ],
  "LedgerUnitTooCoarse(uint256 asset,uint256 unitValue,uint256 maximum)": [
    "The smallest amount of {asset|asset} is worth {unitValue|usd}, more than {maximum|usd}.",
    "Governance lists it with a finer unit.",
  ],
  "ModuleHasNoCode(address module)": ["There is no contract at {module|address}.", SETUP],
  "ModuleMismatch(address module,uint256 asset)": [
    "{module|address} does not know {asset|asset} as it is listed.",
    SETUP,
  ],
  "OracleMismatch(address model,address extension)": [
    "The model asks {model|address} for prices, its extension {extension|address}.",
    SETUP,
  ],
  "SourceHasNoCode(address source)": ["There is no contract at {source|address}.", SETUP],
  "FactoryHasNoCode(address factory)": ["There is no contract at {factory|address}.", SETUP],
  "OnlyDuringConstruction()": ["This happens once, when the contract is deployed.", "There is nothing to do."],
};

/** What contracts of others say in strings. */
export const REASONS: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  STF: ["A token could not be taken.", "Look whether balance and allowance suffice."],
  ST: ["A token could not be sent.", "Look whether the token blocks one of the addresses."],
  "Too little received": [
    "The market gives less than was asked for.",
    "The price moved: look again, or allow more slippage.",
  ],
  "Too much requested": [
    "The market takes more than was allowed.",
    "The price moved: look again, or allow more slippage.",
  ],
  "Transaction too old": ["The trade's deadline has passed.", "Send it again with a later deadline."],
  SPL: ["The market's price is past the limit.", "The price moved: look again, or allow more slippage."],
  LOK: ["The pool is in the middle of a call.", AGAIN],
};
