namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>The newest epoch of one duty that this node's process has heard of: what carries an older one is of a former owner. Any thread.</summary>
public sealed class NewestEpoch
{
    private long _value;

    /// <summary>0 before the first.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>An owner speaks.</summary>
    /// <returns>Whether none newer is known.</returns>
    public bool Note(long epoch)
    {
        for (var known = Value; epoch > known; known = Value)
        {
            if (Interlocked.CompareExchange(ref _value, epoch, known) == known)
                return true;
        }
        return epoch == Value;
    }
}
