// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";
import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";

interface IRetire {
    function retire(uint256 amount) external;
}

/// @title What a balance sheet sees of the Backstop: three pools of plUSD
contract PoolsDouble {
    IPlimsollDollar private immutable DOLLAR;
    ISolvency public sheet;
    IRetire public retirer;
    bool public isEntered;
    uint128 private _active;
    uint128 private _streaming;
    uint128 private _cooling;

    constructor(address dollar_) {
        DOLLAR = IPlimsollDollar(dollar_);
    }

    function setModules(address sheet_, address retirer_) external {
        sheet = ISolvency(sheet_);
        retirer = IRetire(retirer_);
    }

    function setEntered(bool entered) external {
        isEntered = entered;
    }

    /// @dev plUSD has to be here already.
    function setPools(uint256 active, uint256 streaming, uint256 cooling) external {
        (_active, _streaming, _cooling) = (uint128(active), uint128(streaming), uint128(cooling));
    }

    function stake(uint256 amount) external {
        DOLLAR.transferFrom(msg.sender, address(this), amount);
        _active += uint128(amount);
    }

    function cool(uint256 amount) external {
        sheet.onCooldown(amount);
        _active -= uint128(amount);
        _cooling += uint128(amount);
    }

    /// @dev Pays what cooled, as a release does: only while capital is enough without it.
    function payOut(address to, uint256 amount) external {
        (uint256 deficit, bool covered, bool priced) = sheet.exitTerms();
        require(deficit == 0 && covered && priced, "nobody leaves");
        _cooling -= uint128(amount);
        DOLLAR.transfer(to, amount);
    }

    function pools() external view returns (uint256 active, uint256 streaming, uint256 cooling) {
        return (_active, _streaming, _cooling);
    }

    function burnLoss(uint256 amount) external returns (uint256 burned) {
        require(msg.sender == address(sheet), "not the sheet");
        uint256 fromStreaming = amount < _streaming ? amount : _streaming;
        uint256 rest = amount - fromStreaming;
        uint256 both = uint256(_active) + _cooling;
        if (rest > both) rest = both;
        uint256 fromActive = both == 0 ? 0 : (rest * _active) / both;
        _streaming -= uint128(fromStreaming);
        _active -= uint128(fromActive);
        _cooling -= uint128(rest - fromActive);
        burned = fromStreaming + rest;
        if (burned != 0) retirer.retire(burned);
    }
}
