using System.Collections.Concurrent;
using System.Security.Cryptography;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Actors.Vms.Qmp;

/// <summary>What came of asking a QEMU what it understands.</summary>
/// <param name="Vocabulary">The answer; <see langword="null"/> if there is none.</param>
/// <param name="IsOwn">QEMU itself answered, be it with an error. Else it did not, or <paramref name="Vocabulary"/> is that of another of its version.</param>
/// <param name="Trouble">For people: why an answer is of no use.</param>
internal sealed record VocabularyAnswer(QmpVocabulary? Vocabulary, bool IsOwn, string? Trouble = null);

/// <summary>
/// The vocabularies of a node's VMs: equal introspections share one, for as long as a VM holds it. An introspection has 200 KB, so few are asked for
/// at a time, and a VM makes do with that of another QEMU of its version until that one does not do. May be used from any thread.
/// </summary>
internal sealed class QmpVocabularies
{
    /// <summary>Kinds and versions together.</summary>
    private const int MaxShared = 64;

    private const int MaxBytes = 4 << 20;
    private const int MaxQuestions = 16;

    private static readonly EncodedCommand QuerySchema = EncodedCommand.ForQmp("query-qmp-schema");

    private readonly SemaphoreSlim _questions = new(MaxQuestions);

    /// <summary>By the hash of the introspection, and the newest of each version of QEMU by that.</summary>
    private readonly ConcurrentDictionary<string, WeakReference<QmpVocabulary>> _shared = new();

    /// <summary>That of a QEMU of the version, which need not be the same build: what it knows, others know; what it refuses, others may take.</summary>
    public QmpVocabulary? OfVersion(string version) => _shared.TryGetValue(version, out var reference) && reference.TryGetTarget(out var known) ? known : null;

    /// <summary>Asks a QEMU.</summary>
    /// <param name="qmp">Its monitor.</param>
    /// <param name="version">Its version.</param>
    /// <param name="exact">Whether only its own answer will do.</param>
    /// <param name="timeout">Deadline of the question, once it is asked.</param>
    /// <param name="time">Clock of the deadline.</param>
    public async Task<VocabularyAnswer> AskAsync(QmpChannel qmp, string version, bool exact, TimeSpan timeout, TimeProvider time)
    {
        await _questions.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!exact && OfVersion(version) is { } known)
                return new VocabularyAnswer(known, IsOwn: false);
            return await qmp.ExecuteAsync(QuerySchema, timeout).WaitAsync(timeout, time).ConfigureAwait(false) switch
            {
                CommandResult.Returned returned => Read(version, returned.Value),
                CommandResult.NoReply => new VocabularyAnswer(null, IsOwn: false),
                _ => Useless("it does not answer query-qmp-schema"),
            };
        }
        catch (TimeoutException)
        {
            // The session's actor, which keeps the deadline, may have been stopped before it took the question.
            return new VocabularyAnswer(null, IsOwn: false);
        }
        finally
        {
            _questions.Release();
        }
    }

    private VocabularyAnswer Read(string version, ReadOnlyMemory<byte> introspection)
    {
        var hash = Convert.ToHexString(SHA256.HashData(introspection.Span));
        if (OfVersion(hash) is { } known)
            return new VocabularyAnswer(Share(version, hash, known), IsOwn: true);
        if (introspection.Length > MaxBytes)
            return Useless($"its answer to query-qmp-schema has more than {MaxBytes} bytes");
        if (IsFull())
            return Useless("this node knows too many other kinds of QEMU");
        try
        {
            return new VocabularyAnswer(Share(version, hash, QmpVocabulary.Read(introspection.Span)), IsOwn: true);
        }
        catch (QapiIntrospectionException e)
        {
            return Useless(e.Message);
        }
    }

    private QmpVocabulary Share(string version, string hash, QmpVocabulary vocabulary)
    {
        // Of several that were read at the same moment, the first is everybody's.
        var shared = _shared.AddOrUpdate(hash, _ => new(vocabulary), (key, first) => first.TryGetTarget(out _) ? first : new(vocabulary));
        if (!IsFull())
            _shared[version] = shared;
        return shared.TryGetTarget(out var one) ? one : vocabulary;
    }

    private bool IsFull()
    {
        foreach (var (key, reference) in _shared)
        {
            if (!reference.TryGetTarget(out _))
                _shared.TryRemove(key, out _);
        }
        return _shared.Count >= MaxShared;
    }

    private static VocabularyAnswer Useless(string trouble) => new(null, IsOwn: true, trouble);
}
