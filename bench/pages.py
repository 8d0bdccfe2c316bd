async def pages(*a):
    return {}
