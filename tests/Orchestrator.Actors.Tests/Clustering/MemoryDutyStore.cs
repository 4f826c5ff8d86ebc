using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.Tests.Clustering;

/// <summary>The store that all nodes share, in memory, with the faults that a test wants. Any thread.</summary>
internal sealed class MemoryDutyStore(TimeProvider time) : IDutyStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DutyClaim Claim, DateTimeOffset Until)> _claims = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _epochs = new(StringComparer.Ordinal);

    /// <summary>What every question ends with.</summary>
    public string? Failure { get; set; }

    /// <summary>Nothing is answered, and nothing done.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The same, and it does not heed that who asked has given up.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>What the next renewal is answered with, instead of the truth.</summary>
    public Task<bool>? NextRenewal { get; set; }

    /// <summary>When the answer to the next claim comes; it is taken before.</summary>
    public Task? NextClaim { get; set; }

    /// <summary>Questions that were asked, such as <c>claim jobs-0</c>.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>The claim that holds now.</summary>
    public DutyClaim? this[string duty]
    {
        get
        {
            lock (_lock)
                return Holds(duty) ? _claims[duty].Claim : null;
        }
    }

    public int CountOf(string question)
    {
        lock (_lock)
            return Asked.Count(asked => asked == question);
    }

    /// <summary>Another node takes it, whoever has it.</summary>
    public void Give(string duty, string owner)
    {
        lock (_lock)
            Take(duty, owner, TimeSpan.FromDays(1));
    }

    /// <summary>Nobody has it any more.</summary>
    public void Free(string duty)
    {
        lock (_lock)
            _claims.Remove(duty);
    }

    public async Task<DutyClaim?> ClaimAsync(string duty, string owner, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await AnswerAsync($"claim {duty}", cancellationToken);
        DutyClaim? claim;
        lock (_lock)
            claim = Holds(duty) && _claims[duty].Claim.Owner != owner ? null : Take(duty, owner, lifetime);
        if (NextClaim is { } next)
        {
            NextClaim = null;
            await next;
        }
        return claim;
    }

    public async Task<bool> RenewAsync(DutyClaim claim, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await AnswerAsync($"renew {claim.Duty}", cancellationToken);
        if (NextRenewal is { } next)
        {
            NextRenewal = null;
            return await next;
        }
        lock (_lock)
        {
            if (!_claims.TryGetValue(claim.Duty, out var held) || held.Claim != claim)
                return false;
            _claims[claim.Duty] = (claim, time.GetUtcNow() + lifetime);
            return true;
        }
    }

    public async Task ReleaseAsync(DutyClaim claim, CancellationToken cancellationToken)
    {
        await AnswerAsync($"release {claim.Duty}", cancellationToken);
        lock (_lock)
        {
            if (_claims.TryGetValue(claim.Duty, out var held) && held.Claim == claim)
                _claims.Remove(claim.Duty);
        }
    }

    public async Task<IReadOnlyList<DutyClaim>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        await AnswerAsync($"list {prefix}", cancellationToken);
        lock (_lock)
            return [.. _claims.Keys.Where(duty => duty.StartsWith(prefix, StringComparison.Ordinal) && Holds(duty)).Select(duty => _claims[duty].Claim)];
    }

    private bool Holds(string duty) => _claims.TryGetValue(duty, out var held) && held.Until > time.GetUtcNow();

    private DutyClaim Take(string duty, string owner, TimeSpan lifetime)
    {
        var claim = new DutyClaim(duty, owner, _epochs[duty] = _epochs.GetValueOrDefault(duty) + 1);
        _claims[duty] = (claim, time.GetUtcNow() + lifetime);
        return claim;
    }

    private async Task AnswerAsync(string question, CancellationToken cancellationToken)
    {
        lock (_lock)
            Asked.Add(question);
        if (IsSilent || IsDeaf)
            await Task.Delay(Timeout.InfiniteTimeSpan, time, IsDeaf ? CancellationToken.None : cancellationToken);
        if (Failure is { } failure)
            throw new JobStoreException(failure);
    }
}
