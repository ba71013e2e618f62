def language(get_response):
    return get_response


def private_pages(get_response):
    return get_response
